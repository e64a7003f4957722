"""The strict reading of a core's answers: whatever has not exactly the agreed shape is refused.

A refusal names the place and what is wrong with it, never the value: values are a customer's data.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

from app.core.shapes import Factor, Meaning, Model, Score
from app.errors import AnswerRefused, CoreUnavailable, InlayError

MAX_FACTORS = 50
MAX_LABEL = 200
MAX_DETAIL = 1_000
MAX_MISSING = 500
_T = TypeVar("_T")
_LONGEST_S = 100 * 366 * 86_400.0  # "valid for ever" is written as some such number; dates must still hold it
_CODE = re.compile(r"[a-z][a-z0-9-]{0,63}")
_INSUFFICIENT = "insufficient-features"
_HIDDEN = frozenset("\u202a\u202b\u202d\u202e")  # they would turn around the text after them


@dataclass(frozen=True, slots=True)
class Insufficient:
    """The core can say nothing of this record: none of the features that it needs is known."""

    missing: tuple[str, ...] = ()


def parse_score(json: Any, path: str = "") -> Score:
    """One score. `path` is where it stands in the whole answer. Raises AnswerRefused."""
    score = _object(json, path)
    model = _object(score.get("model"), _at(path, "model"))
    confidence = score.get("confidence")
    return Score(
        value=_number(score.get("score"), _at(path, "score"), 0, 100),
        meaning=_meaning(score.get("meaning"), _at(path, "meaning")),
        factors=_list(score.get("factors"), _at(path, "factors"), MAX_FACTORS, _factor),
        model=Model(
            _text(model.get("name"), _at(path, "model.name"), MAX_LABEL),
            _text(model.get("version"), _at(path, "model.version"), MAX_LABEL),
        ),
        computed_at=_instant(score.get("computed_at"), _at(path, "computed_at")),
        valid_for_s=_duration(score.get("valid_for_s"), _at(path, "valid_for_s")),
        confidence=None if confidence is None else _number(confidence, _at(path, "confidence"), 0, 1),
    )


def parse_results(json: Any, subjects: Sequence[Mapping[str, Any]]) -> list[Score | Insufficient | InlayError]:
    """The results of a batch, one for each subject in their order. A bad one spoils only its own place.

    A core may repeat the subject in each result; then it must be the one that stands at this place.
    """
    results = _object(json, "").get("results")
    if not isinstance(results, list):
        _refuse("results", "is not a list")
    if len(results) != len(subjects):
        _refuse("results", "has another length than the items")
    return [_place(each, f"results[{n}]", subjects[n]) for n, each in enumerate(results)]


def parse_result(json: Any, path: str = "") -> Score | Insufficient | CoreUnavailable:
    """A score, or in its place `{error}`. Raises AnswerRefused."""
    return parse_error(json, path) if "error" in _object(json, path) else parse_score(json, path)


def parse_error(json: Any, path: str = "") -> Insufficient | CoreUnavailable:
    """Why there is no score: `{code, missing?}`, bare or as the member `error`. Raises AnswerRefused."""
    error = _object(json, path)
    if "error" in error:
        path = _at(path, "error")
        error = _object(error["error"], path)
    code = error.get("code")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        _refuse(_at(path, "code"), "is not a code")
    if code != _INSUFFICIENT:
        return CoreUnavailable(reason=f"core-error-{code}")
    return Insufficient(_list(error.get("missing", []), _at(path, "missing"), MAX_MISSING, _name))


def _place(json: Any, path: str, subject: Mapping[str, Any]) -> Score | Insufficient | InlayError:
    try:
        result = _object(json, path)
        if "subject" in result:
            repeated = _object(result["subject"], _at(path, "subject"))
            if any(repeated[name] != subject.get(name) for name in ("type", "id") if name in repeated):
                _refuse(_at(path, "subject"), "is another one than was asked for")
        return parse_result(result, path)
    except AnswerRefused as refused:
        return refused


def _factor(json: Any, path: str) -> Factor:
    factor = _object(json, path)
    effect = _number(factor.get("effect"), _at(path, "effect"), -math.inf, math.inf)
    direction = factor.get("direction")
    if direction is not None and direction not in ("up", "down"):
        _refuse(_at(path, "direction"), "is neither up nor down")
    if (direction == "up" and effect < 0) or (direction == "down" and effect > 0):
        _refuse(_at(path, "direction"), "does not agree with the effect")
    return Factor(
        label=_text(factor.get("label"), _at(path, "label"), MAX_LABEL),
        effect=effect,
        detail=_text(factor.get("detail") or "", _at(path, "detail"), MAX_DETAIL, empty=True),
        fields=_list(factor.get("fields") or [], _at(path, "fields"), MAX_FACTORS, _name),
    )


def _object(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _refuse(path, "is not an object")
    return value


def _list(value: Any, path: str, longest: int, each: Callable[[Any, str], _T]) -> tuple[_T, ...]:
    if not isinstance(value, list):
        _refuse(path, "is not a list")
    if len(value) > longest:
        _refuse(path, f"has more than {longest} entries")
    return tuple(each(entry, f"{path}[{n}]") for n, entry in enumerate(value))


def _number(value: Any, path: str, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(path, "is not a number")
    try:
        number = float(value)
    except OverflowError:  # an integer of hundreds of digits
        number = math.inf
    if not math.isfinite(number):
        _refuse(path, "is not a finite number")
    if not least <= number <= most:
        _refuse(path, f"is not within {least:g} to {most:g}")
    return number


def _duration(value: Any, path: str) -> float:
    seconds = _number(value, path, 0, _LONGEST_S)
    if seconds == 0:
        _refuse(path, "is not above 0")
    return seconds


def _text(value: Any, path: str, longest: int, *, empty: bool = False) -> str:
    """Text as it came: markup in it is text too, and escaped where it is shown. No control characters."""
    if not isinstance(value, str):
        _refuse(path, "is not text")
    if len(value) > longest:
        _refuse(path, f"is longer than {longest} characters")
    if not value.strip() and not empty:
        _refuse(path, "is empty")
    if any(char in _HIDDEN or unicodedata.category(char) in ("Cc", "Cs") for char in value):
        _refuse(path, "has control characters")
    return value


def _name(value: Any, path: str) -> str:
    return _text(value, path, MAX_LABEL)


def _meaning(value: Any, path: str) -> Meaning:
    if not isinstance(value, str) or value not in set(Meaning):
        _refuse(path, f"is none of {', '.join(Meaning)}")
    return Meaning(value)


def _instant(value: Any, path: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            _refuse(path, "has no offset from UTC")
        return at.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        _refuse(path, "is not an instant in ISO 8601")


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _refuse(path: str, what: str) -> NoReturn:
    where = path or "$"
    raise AnswerRefused(f"The answer's {where} {what}.", path=where, reason="core-shape")
