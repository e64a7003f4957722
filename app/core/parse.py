"""The strict reading of a core's answers: whatever has not exactly the agreed shape is refused.

A refusal names the place and what is wrong with it, never the value: values are a customer's data.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.checks import (
    MAX_LABEL,
    a_duration,
    a_list,
    a_model,
    a_name,
    a_number,
    a_text,
    an_instant,
    an_object,
    at,
    refuse,
)
from app.core.shapes import Factor, Meaning, Score
from app.errors import AnswerRefused, CoreUnavailable, InlayError

MAX_FACTORS = 50
MAX_DETAIL = 1_000
MAX_MISSING = 500
_CODE = re.compile(r"[a-z][a-z0-9-]{0,63}")
_INSUFFICIENT = "insufficient-features"


@dataclass(frozen=True, slots=True)
class Insufficient:
    """The core can say nothing of this record: none of the features that it needs is known."""

    missing: tuple[str, ...] = ()


def parse_score(json: Any, path: str = "") -> Score:
    """One score. `path` is where it stands in the whole answer. Raises AnswerRefused."""
    score = an_object(json, path)
    confidence = score.get("confidence")
    return Score(
        value=a_number(score.get("score"), at(path, "score"), 0, 100),
        meaning=_meaning(score.get("meaning"), at(path, "meaning")),
        factors=a_list(score.get("factors"), at(path, "factors"), MAX_FACTORS, _factor),
        model=a_model(score.get("model"), at(path, "model")),
        computed_at=an_instant(score.get("computed_at"), at(path, "computed_at")),
        valid_for_s=a_duration(score.get("valid_for_s"), at(path, "valid_for_s")),
        confidence=None if confidence is None else a_number(confidence, at(path, "confidence"), 0, 1),
    )


def parse_results(json: Any, subjects: Sequence[Mapping[str, Any]]) -> list[Score | Insufficient | InlayError]:
    """The results of a batch, one for each subject in their order. A bad one spoils only its own place.

    A core may repeat the subject in each result; then it must be the one that stands at this place.
    """
    results = an_object(json, "").get("results")
    if not isinstance(results, list):
        refuse("results", "is not a list")
    if len(results) != len(subjects):
        refuse("results", "has another length than the items")
    return [_place(each, f"results[{n}]", subjects[n]) for n, each in enumerate(results)]


def parse_result(json: Any, path: str = "") -> Score | Insufficient | CoreUnavailable:
    """A score, or in its place `{error}`. Raises AnswerRefused."""
    return parse_error(json, path) if "error" in an_object(json, path) else parse_score(json, path)


def parse_error(json: Any, path: str = "") -> Insufficient | CoreUnavailable:
    """Why there is no score: `{code, missing?}`, bare or as the member `error`. Raises AnswerRefused."""
    error = an_object(json, path)
    if "error" in error:
        path = at(path, "error")
        error = an_object(error["error"], path)
    code = error.get("code")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        refuse(at(path, "code"), "is not a code")
    if code != _INSUFFICIENT:
        return CoreUnavailable(reason=f"core-error-{code}")
    return Insufficient(a_list(error.get("missing", []), at(path, "missing"), MAX_MISSING, a_name))


def _place(json: Any, path: str, subject: Mapping[str, Any]) -> Score | Insufficient | InlayError:
    try:
        result = an_object(json, path)
        if "subject" in result:
            repeated = an_object(result["subject"], at(path, "subject"))
            if any(repeated[name] != subject.get(name) for name in ("type", "id") if name in repeated):
                refuse(at(path, "subject"), "is another one than was asked for")
        return parse_result(result, path)
    except AnswerRefused as refused:
        return refused


def _factor(json: Any, path: str) -> Factor:
    factor = an_object(json, path)
    effect = a_number(factor.get("effect"), at(path, "effect"), -math.inf, math.inf)
    direction = factor.get("direction")
    if direction is not None and direction not in ("up", "down"):
        refuse(at(path, "direction"), "is neither up nor down")
    if (direction == "up" and effect < 0) or (direction == "down" and effect > 0):
        refuse(at(path, "direction"), "does not agree with the effect")
    return Factor(
        label=a_text(factor.get("label"), at(path, "label"), MAX_LABEL),
        effect=effect,
        detail=a_text(factor.get("detail") or "", at(path, "detail"), MAX_DETAIL, empty=True),
        fields=a_list(factor.get("fields") or [], at(path, "fields"), MAX_FACTORS, a_name),
    )


def _meaning(value: Any, path: str) -> Meaning:
    if not isinstance(value, str) or value not in set(Meaning):
        refuse(path, f"is none of {', '.join(Meaning)}")
    return Meaning(value)
