"""What changed since a viewer last looked: values, and the pure comparison of two scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.core.shapes import Factor, Score

MOVED_AT_LEAST = 0.5  # points of effect by which a factor has moved
MOVED_SHOWN, INPUTS_SHOWN = 3, 5


@dataclass(frozen=True, slots=True)
class Moved:
    """A factor, and what it did then and does now, in points; None where it was not there."""

    label: str
    then: float | None
    now: float | None
    was: str = ""  # its words then, where they were others


@dataclass(frozen=True, slots=True)
class Input:
    """A field of the record, and its values; None: it was empty."""

    name: str
    then: Any
    now: Any

    def __hash__(self) -> int:
        return hash((self.name, repr(self.then), repr(self.now)))  # a host's value may be a list


@dataclass(frozen=True, slots=True)
class Change:
    """What changed since this viewer last looked."""

    before: float
    seen_at: datetime
    moved: tuple[Moved, ...] = ()  # the factors that came, went or moved most; visible ones only
    inputs: tuple[Input, ...] = ()  # the fields whose values are others; visible ones only, where they were read


def visible_factors(score: Score, hidden: frozenset[str]) -> tuple[Factor, ...]:
    """The factors that speak of nothing hidden. One that does not say what it speaks of is hidden when in doubt."""
    if not hidden:
        return score.factors
    return tuple(factor for factor in score.factors if factor.fields and hidden.isdisjoint(factor.fields))


def change(
    before: Score, seen_at: float, now: Score, hidden: frozenset[str], inputs: Sequence[Input] = ()
) -> Change | None:
    """What moved between the score that the viewer saw and the one shown now; None when nothing did.

    Of `inputs`, which fed both, only those of visible fields are told.
    """
    pairs = _paired(visible_factors(before, hidden), visible_factors(now, hidden))
    moved = sorted((pair for pair in pairs if _moved(*pair)), key=lambda pair: (-_moved(*pair), _label(*pair)))
    if not moved and round(before.value) == round(now.value):
        return None
    seen = tuple(each for each in inputs if each.name not in hidden)[:INPUTS_SHOWN]
    told = tuple(
        Moved(_label(then, here), then.effect if then else None, here.effect if here else None,
              then.label if then and here and then.label != here.label else "")
        for then, here in moved[:MOVED_SHOWN]
    )  # fmt: skip
    return Change(before.value, datetime.fromtimestamp(seen_at, UTC), told, seen)


def moved_inputs(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Input, ...]:
    """The fields whose value is another one now, by name."""
    names = sorted(before.keys() | now.keys())
    return tuple(Input(name, before.get(name), now.get(name)) for name in names if before.get(name) != now.get(name))


_Pair = tuple[Factor | None, Factor | None]


def _paired(then: Sequence[Factor], here: Sequence[Factor]) -> list[_Pair]:
    """Each reason of then beside the one of now that speaks of the same fields, where that is clear, else beside the
    one of the same words: "Company size: 10" and "Company size: 500" are one reason that moved."""
    counts = [Counter(factor.fields for factor in factors) for factors in (then, here)]

    def key(factor: Factor) -> tuple[str, ...] | str:
        clear = factor.fields and all(count[factor.fields] <= 1 for count in counts)
        return factor.fields if clear else factor.label

    before, now = ({key(factor): factor for factor in factors} for factors in (then, here))
    return [(before.get(each), now.get(each)) for each in before.keys() | now.keys()]


def _label(then: Factor | None, here: Factor | None) -> str:
    factor = here or then
    return factor.label if factor else ""


def _moved(then: Factor | None, here: Factor | None) -> float:
    """By how many points a factor moved of itself; 0 when it did not.

    Where the numbers are bound by a curve, one factor that moves bends the effects of all others: so one that
    says the same as before (its words and its detail) has not moved.
    """
    by = abs((here.effect if here else 0.0) - (then.effect if then else 0.0))
    if then and here and then.detail and (then.label, then.detail) == (here.label, here.detail):
        return 0.0
    return by if by >= MOVED_AT_LEAST else 0.0
