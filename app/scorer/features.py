"""What a scorecard reads: a field puts a feature's value into one of its groups, or says why it cannot."""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

UNKNOWN = "unknown"  # the group of a value that is missing
OTHER = "other"  # the group of a text that no other group names
BLANKS = frozenset({"", "nan", "null", "unknown", "n/a"})  # what exports write for "no value"
YES_NO = {"yes": "yes", "true": "yes", "1": "yes", "no": "no", "false": "no", "0": "no"}
SHOWN_CHARS = 80
DIRECTION_SWITCHES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Kind(StrEnum):
    """What values a field takes, and how they are grouped."""

    NUMBER = "number"
    CHOICE = "choice"  # one of a list
    TEXT = "text"  # free text, grouped by the words that it contains
    BOOL = "bool"
    DATE = "date"  # grouped by its age in days


class FeatureRefused(ValueError):
    """A value that is not of its field's type. The message never repeats the value: it may be personal."""

    def __init__(self, feature: str, what: str) -> None:
        super().__init__(what)
        self.feature = feature


@dataclass(frozen=True, slots=True)
class Group:
    """Values of a field that count alike."""

    name: str
    label: str  # the reason, as a sentence
    word: str  # the group inside a sentence about two fields
    below: float | None = None  # numbers and ages: everything under this that no earlier group took
    values: tuple[str, ...] = ()  # choices: the values; texts: the words


class Reading(NamedTuple):
    """One feature of one record: its group, and its value when it has one. Cheap to make."""

    group: str
    value: float | str | date | None = None

    @property
    def known(self) -> bool:
        """Whether there was a value."""
        return self.group != UNKNOWN


@dataclass(frozen=True, slots=True)
class Field:
    """One feature that a scorecard reads; `unit` is shown behind a number (`days`, `people`), empty for none."""

    name: str
    kind: Kind
    title: str
    doc: str
    unit: str
    groups: dict[str, Group]
    _ranges: tuple[str, ...] = field(init=False, repr=False)
    _edges: tuple[float, ...] = field(init=False, repr=False)
    _values: dict[str, str] = field(init=False, repr=False)
    _words: tuple[tuple[re.Pattern[str], str], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Looks the groups up by bisection and dictionary, so that a request pays for no loops."""
        plain = [group for group in self.groups.values() if group.name not in (UNKNOWN, OTHER)]
        values = {value.casefold(): group.name for group in plain for value in group.values}
        words = tuple((re.compile(rf"\b{re.escape(word)}\b"), name) for word, name in values.items())
        object.__setattr__(self, "_ranges", tuple(group.name for group in plain))
        object.__setattr__(self, "_edges", tuple(g.below for g in plain if g.below is not None))
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "_words", words)

    def read(self, value: Any, today: date) -> Reading:
        """The group of a value as JSON or CSV carries it. Raises FeatureRefused."""
        if value is None or self._blank(value):
            return Reading(UNKNOWN)
        if self.kind is Kind.NUMBER:
            number = self._number(value)
            return Reading(self._range(number), number)
        if self.kind is Kind.DATE:
            day = self._date(value)
            return Reading(self._range((today - day).days), day)
        if self.kind is Kind.BOOL:
            answer = self._yes_no(value)
            return Reading(answer, answer)
        return self._text(value)

    def shown(self, reading: Reading) -> str:
        """The value as a person reads it."""
        value = reading.value
        if value is None:
            return "not known"
        if isinstance(value, float):
            return f"{readable(value)} {self.unit}".rstrip()
        if isinstance(value, date):
            return value.isoformat()
        text = value if value.isprintable() else "".join(filter(_writable, value))
        return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"

    def known_values(self) -> Iterator[str]:
        """The values of a choice, for whoever maps a host's field to it."""
        if self.kind is Kind.CHOICE:
            yield from (value for group in self.groups.values() for value in group.values)

    def _blank(self, value: Any) -> bool:
        if not isinstance(value, str):
            return isinstance(value, float) and math.isnan(value)
        word = value.strip().casefold()
        return word in BLANKS and word not in self._values

    def _range(self, number: float) -> str:
        return self._ranges[bisect_right(self._edges, number)]

    def _number(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise FeatureRefused(self.name, f"must be a number, not {json_type(value)}")
        try:
            number = float(value)
        except ValueError:
            raise FeatureRefused(self.name, "must be a number; this text is none") from None
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise FeatureRefused(self.name, "must be a finite number")
        return number

    def _date(self, value: Any) -> date:
        if not isinstance(value, str):
            raise FeatureRefused(self.name, f"must be an ISO 8601 date as text, not {json_type(value)}")
        try:
            moment = datetime.fromisoformat(value.strip())
            return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
        except (ValueError, OverflowError):
            raise FeatureRefused(self.name, "must be an ISO 8601 date, such as 2026-01-31") from None

    def _yes_no(self, value: Any) -> str:
        answer = None
        if isinstance(value, bool | int | str):
            answer = YES_NO.get(str(value).strip().casefold()[:8])
        if answer is None:
            raise FeatureRefused(self.name, "must be true or false (or yes, no, 1, 0)")
        return answer

    def _text(self, value: Any) -> Reading:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise FeatureRefused(self.name, f"must be text, not {json_type(value)}")
        text = " ".join(_plain(value).split())
        key = text.casefold()
        name = self._values.get(key)
        if name is None and self.kind is Kind.TEXT:
            name = next((name for pattern, name in self._words if pattern.search(key)), None)
        if name is None:
            name = OTHER if OTHER in self.groups else UNKNOWN
        return Reading(name, text)


def _writable(character: str) -> bool:
    """Not a control character, half of a pair, or a switch of the reading direction."""
    return unicodedata.category(character) not in ("Cc", "Cs") and character not in DIRECTION_SWITCHES


def _plain(value: str | float) -> str:
    try:
        return str(value)[:1000]
    except ValueError:  # an integer of more digits than Python writes out
        return "a huge number"


def readable(number: float) -> str:
    """1234.5 -> 1,234.5; no trailing zeros, no exponent in the usual range."""
    if abs(number) >= 1e15 or 0 < abs(number) < 0.005:
        return f"{number:g}"
    text = f"{number:,.2f}"
    return text.rstrip("0").rstrip(".")


def json_type(value: Any) -> str:
    """The type of a value in the words of JSON."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list) else "an object"
