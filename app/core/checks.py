"""Checks of untrusted JSON: each reads one value of an agreed kind, or refuses it with its place.

A refusal names the place and what is wrong with it, never the value: values are a customer's data.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

from app.core.shapes import Model
from app.errors import AnswerRefused

MAX_LABEL = 200
_T = TypeVar("_T")
_LONGEST_S = 100 * 366 * 86_400.0  # "valid for ever" is written as some such number; dates must still hold it
# controls, halves of pairs, and what would turn around the text after it
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a\u202b\u202d\u202e]")
_LINES = re.compile("[\t\n]")


def an_object(value: Any, path: str) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        refuse(path, "is not an object")
    return value


def a_list(value: Any, path: str, longest: int, each: Callable[[Any, str], _T]) -> tuple[_T, ...]:
    """A list of at most so many, each read by `each`."""
    if not isinstance(value, list):
        refuse(path, "is not a list")
    if len(value) > longest:
        refuse(path, f"has more than {longest} entries")
    return tuple(each(entry, f"{path}[{n}]") for n, entry in enumerate(value))


def a_number(value: Any, path: str, least: float, most: float) -> float:
    """A finite number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        refuse(path, "is not a number")
    try:
        number = float(value)
    except OverflowError:  # an integer of hundreds of digits
        number = math.inf
    if not math.isfinite(number):
        refuse(path, "is not a finite number")
    if not least <= number <= most:
        refuse(path, f"is not within {least:g} to {most:g}")
    return number


def a_duration(value: Any, path: str) -> float:
    """Seconds, above 0."""
    seconds = a_number(value, path, 0, _LONGEST_S)
    if seconds == 0:
        refuse(path, "is not above 0")
    return seconds


def a_text(value: Any, path: str, longest: int, *, empty: bool = False, lines: bool = False) -> str:
    """Text as it came: markup in it is text too, and escaped where it is shown. No control characters, but line
    ends and tabs where there may be `lines`."""
    if not isinstance(value, str):
        refuse(path, "is not text")
    if len(value) > longest:
        refuse(path, f"is longer than {longest} characters")
    if not value.strip() and not empty:
        refuse(path, "is empty")
    if _HIDDEN.search(_LINES.sub("", value) if lines else value):
        refuse(path, "has control characters")
    return value


def a_whole(value: Any, path: str, least: int, most: int) -> int:
    """A whole number within bounds."""
    number = a_number(value, path, least, most)
    if number != int(number):
        refuse(path, "is not a whole number")
    return int(number)


def a_model(json: Any, path: str) -> Model:
    """A model's name and version."""
    model = an_object(json, path)
    return Model(
        a_text(model.get("name"), at(path, "name"), MAX_LABEL),
        a_text(model.get("version"), at(path, "version"), MAX_LABEL),
    )


def a_name(value: Any, path: str) -> str:
    """A short text."""
    return a_text(value, path, MAX_LABEL)


def an_instant(value: Any, path: str) -> datetime:
    """A moment with its offset, in UTC."""
    try:
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            refuse(path, "has no offset from UTC")
        return at.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        refuse(path, "is not an instant in ISO 8601")


def finite(value: Any) -> Any:
    """Infinities and NaN are not JSON; in one record's field they would spoil the batch of all the others."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def at(path: str, name: str) -> str:
    """The place of a member."""
    return f"{path}.{name}" if path else name


def refuse(path: str, what: str) -> NoReturn:
    """Raises AnswerRefused."""
    where = path or "$"
    raise AnswerRefused(f"The answer's {where} {what}.", path=where, reason="core-shape")
