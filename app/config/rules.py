"""Priority rules: which records are scored ahead, as conditions over the features that their capability reads.

    [connections.crm.priority]
    lead_score = [
        { company_size = { at_least = 200 }, industry = ["Software", "Finance"] },   # both
        { demo_requested = "yes" },                                                  # or this
    ]

Rows and not a language: nothing is evaluated, a mistake has a place, and whoever reads it knows what it says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.config.kinds import Kind, RefusedValueError

_WORDS = ("at_least", "at_most", "known")
_MEND = "Write a value, a list of values, or a table: { at_least = 200 }, { at_most = 30 }, { known = true }."


@dataclass(frozen=True, slots=True)
class Condition:
    """What one field must be. Numbers are compared as numbers, also where a host writes them as text."""

    one_of: tuple[str | float | bool, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    known: bool | None = None

    def holds(self, value: Any) -> bool:
        """Whether this value is so. What is not known is neither large nor small, and equal to nothing."""
        is_known = value is not None and value != ""
        if self.known is not None and self.known != is_known:
            return False
        if self.one_of and not (is_known and any(_same(value, each) for each in self.one_of)):
            return False
        if self.at_least is None and self.at_most is None:
            return True
        number = _number(value)
        if number is None:
            return False
        return (self.at_least is None or number >= self.at_least) and (self.at_most is None or number <= self.at_most)


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions that must hold together."""

    conditions: tuple[tuple[str, Condition], ...]

    def holds(self, features: Mapping[str, Any]) -> bool:
        """Whether all of its conditions hold for these features."""
        return all(condition.holds(features.get(field)) for field, condition in self.conditions)


def is_high(rules: Sequence[Rule], features: Mapping[str, Any]) -> bool:
    """Whether one of the rules holds for a record of these features. Without rules all records are alike: high."""
    return not rules or any(rule.holds(features) for rule in rules)


def _same(value: Any, wanted: str | float | bool) -> bool:
    if isinstance(wanted, bool) or isinstance(value, bool):
        return str(value).strip().lower() == str(wanted).lower()
    number = _number(value)
    if number is not None and number == _number(wanted):
        return True
    return str(value).strip() == str(wanted)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _rule(raw: Any, _: Path) -> Rule:
    if not isinstance(raw, dict) or not raw:
        raise RefusedValueError(f"{raw!r} is not a rule.", "Write { field = condition }, several that hold together.")
    conditions = []
    for field, each in raw.items():
        try:
            conditions.append((field, _condition(each)))
        except RefusedValueError as wrong:
            raise RefusedValueError(f"{field}: {wrong.what}", wrong.mend) from None
    return Rule(tuple(conditions))


def _condition(raw: Any) -> Condition:
    if isinstance(raw, dict):
        return _bounds(raw)
    values = raw if isinstance(raw, list) else [raw]
    if not values or not all(isinstance(each, str | int | float) and each != "" for each in values):
        raise RefusedValueError(f"{raw!r} is not a condition.", _MEND)
    return Condition(one_of=tuple(values))


def _bounds(raw: Mapping[str, Any]) -> Condition:
    unknown = [word for word in raw if word not in _WORDS]
    if unknown or not raw:
        raise RefusedValueError(f"{', '.join(unknown) or 'an empty table'} is not a condition.", _MEND)
    for word in ("at_least", "at_most"):
        if word in raw and (isinstance(raw[word], bool) or not isinstance(raw[word], int | float)):
            raise RefusedValueError(f"{word} must be a number, not {raw[word]!r}.", f"Write {{ {word} = 200 }}.")
    if not isinstance(raw.get("known", True), bool):
        raise RefusedValueError(f"known must be true or false, not {raw['known']!r}.", "Write { known = true }.")
    if raw.get("at_least", -math.inf) > raw.get("at_most", math.inf):
        raise RefusedValueError("at_least is above at_most: no number is both.", "Exchange the two.")
    return Condition(at_least=raw.get("at_least"), at_most=raw.get("at_most"), known=raw.get("known"))


RULE = Kind({"company_size": {"at_least": 200}}, _rule)
