"""The use case: one record's score for one viewer. Fresh, else stale and saying so, else pending; never blank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.shapes import Score


class State(StrEnum):
    """What a viewer is told; the same words are events (`inlay-ready`) and `data-state` in the markup."""

    READY = "ready"
    STALE = "stale"  # the last good score, past its time
    PENDING = "pending"  # being scored; completes by itself
    UNAVAILABLE = "unavailable"  # nothing to show right now; can be retried
    DENIED = "denied"
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
