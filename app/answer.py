"""Answers: what one viewer is told of one record. Values, and the pure cutting of a score to what may be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from app.core.shapes import Factor, Score

MOVED_AT_LEAST = 0.5  # points of effect by which a factor has moved
MOVED_SHOWN = 3


class State(StrEnum):
    """What a viewer is told; the same words are events (`inlay-ready`) and `data-state` in the markup."""

    READY = "ready"
    STALE = "stale"  # the last good score, past its time
    PENDING = "pending"  # being scored; completes by itself
    UNAVAILABLE = "unavailable"  # nothing to show right now; can be retried
    DENIED = "denied"
    OFF = "off"  # not rolled out to this viewer: nothing is shown, and no space is taken
    EMPTY = "empty"  # nothing can be said about this record: no field that the score needs is filled


@dataclass(frozen=True, slots=True)
class TrendPoint:
    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Change:
    """What changed since this viewer last looked."""

    before: float
    seen_at: datetime
    moved: tuple[str, ...] = ()  # labels of the factors that came, went or moved most; visible ones only


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown of one record to one viewer. `score` is already cut to what this viewer may see."""

    state: State
    capability: str
    decision: str = ""  # id of the stored score that is shown; empty when none is
    score: Score | None = None
    band: str = ""  # high | medium | low, by the capability's bands
    hidden_factors: int = 0  # reasons left out because they speak of fields that this viewer may not see
    trend: tuple[TrendPoint, ...] = ()  # oldest first, the shown score last
    change: Change | None = None
    missing: tuple[str, ...] = ()  # empty: the fields that the score would need
    reference: str = ""  # an id to quote to an admin, for denied and unavailable
    until: float = 0.0  # as long as nothing is announced, this is the answer until then; 0: ask again each time


def band(value: float, bands: Sequence[tuple[str, float]]) -> str:
    """The word of the first band, from the highest down, whose lowest score is reached."""
    return next((word for word, least in bands if value >= least), bands[-1][0] if bands else "")


def visible_factors(score: Score, hidden: frozenset[str]) -> tuple[Factor, ...]:
    """The factors that speak of nothing hidden. One that does not say what it speaks of is hidden when in doubt."""
    if not hidden:
        return score.factors
    return tuple(factor for factor in score.factors if factor.fields and hidden.isdisjoint(factor.fields))


def spoken_of(score: Score, declared: frozenset[str]) -> Score:
    """A reason that names a field of other words than ours says not of what it speaks: nobody could tell from
    whom to hide it."""
    factors = tuple(
        factor if declared.issuperset(factor.fields) else replace(factor, fields=()) for factor in score.factors
    )
    return replace(score, factors=factors)


def cut(score: Score, hidden: frozenset[str]) -> tuple[Score, int]:
    """The score with its visible factors only, and how many were left out."""
    seen = visible_factors(score, hidden)
    return replace(score, factors=seen), len(score.factors) - len(seen)


def change(before: Score, seen_at: float, now: Score, hidden: frozenset[str]) -> Change | None:
    """What moved between the score that the viewer saw and the one shown now; None when nothing did."""
    then = {factor.label: factor for factor in visible_factors(before, hidden)}
    here = {factor.label: factor for factor in visible_factors(now, hidden)}
    moves = {label: _moved(then.get(label), here.get(label)) for label in then.keys() | here.keys()}
    moved = sorted((label for label, by in moves.items() if by), key=lambda one: (-moves[one], one))
    if not moved and round(before.value) == round(now.value):
        return None
    return Change(before.value, datetime.fromtimestamp(seen_at, UTC), tuple(moved[:MOVED_SHOWN]))


def _moved(then: Factor | None, here: Factor | None) -> float:
    """By how many points a factor moved of itself; 0 when it did not.

    Where the numbers are bound by a curve, one factor that moves bends the effects of all others: so one that
    says the same as before (its detail) has not moved.
    """
    by = abs((here.effect if here else 0.0) - (then.effect if then else 0.0))
    if then and here and then.detail and then.detail == here.detail:
        return 0.0
    return by if by >= MOVED_AT_LEAST else 0.0
