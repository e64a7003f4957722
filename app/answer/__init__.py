"""Answers: what one viewer is told of one record. Values, and the pure cutting of a score to what may be seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from app.answer.changes import Change, visible_factors
from app.core.shapes import Score
from app.db.reviews import Approval, Verdict
from app.launch import Record


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
    """A score at a time, for the drawing of a trend."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Voice:
    """What this viewer said of the answer, and whether they are asked how satisfied they are."""

    thumb: str = ""  # up | down
    word: str = ""  # why, of a closed list
    asks: str = ""  # asked | thanked


@dataclass(frozen=True, slots=True)
class WrittenBack:
    """How the host's own record holds what was said of it, as the record's card tells it."""

    state: str  # queued, written, restored, refused, conflict
    why: str  # a code; empty where there is nothing to explain
    at: datetime
    words: str = ""  # the host's own, made for people: untrusted text
    fields: tuple[str, ...] = ()  # those that it is about, by the host's names


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The review that stands for an answer or one item of it, as a viewer sees it: the last that anybody gave."""

    item: str  # the score, or a finding's fingerprint
    verdict: Verdict
    decision: str = ""  # that it was said of; a later one may be shown
    severity: str = ""  # overridden finding: what it is now
    value: float | None = None  # overridden score, 0 to 100
    of_value: float | None = None  # the score that was spoken of
    reason: str = ""  # a word; texts have its sentence, unless the configuration has
    comment: str = ""
    by: str = ""  # the viewer's name
    at: datetime | None = None
    mine: bool = False
    version: int = 0  # whoever speaks next names it: so nobody speaks over what they did not see
    approval: Approval = Approval.NONE
    answered_by: str = ""  # who approved or declined it
    answered_at: datetime | None = None
    undo_until: float = 0.0  # this viewer may take it back until then; 0: not at all
    answerable: bool = False  # it waits, and this viewer is another person

    @property
    def holds(self) -> bool:
        """Whether it is in force: what waits for a second person is not yet."""
        return self.approval in (Approval.NONE, Approval.APPROVED)


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """How the viewers of a connection may answer back."""

    reasons: tuple[tuple[str, str], ...] = ()  # each a word and what viewers read; empty: texts have its sentence
    waits: frozenset[Verdict] = frozenset()  # what a second person must approve


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
    write_back: WrittenBack | None = None
    voice: Voice | None = None  # None: they cannot say anything here
    review: Reviewed | None = None
    override: float | None = None  # what a viewer set in its place, for components that ask for no reviews
    rules: ReviewRules | None = None  # None: this component asks for no reviews
    # as long as nothing is announced, this is the answer until then; 0: ask again each time. Nothing that is shown
    until: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a list. `name` is what its viewer knows it by; empty where nobody said it to us. `priority`: one of
    the connection's priority rules names it."""

    record: Record
    answer: Answer
    name: str = ""
    priority: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What is shown of many records to one viewer: only those that may be seen, each with its answer."""

    state: State
    capability: str  # empty where the rows are of several
    rows: tuple[Row, ...] = ()
    denied: int = 0  # of the records that the session names; of others nobody is told
    reference: str = ""
    until: float = field(default=0.0, compare=False)


def drawn(value: float) -> int:
    """The number that is drawn. Rounded down, so that 69.9 never stands as "70" beside the band below 70."""
    return math.floor(value + 1e-9)


def band(value: float, bands: Sequence[tuple[str, float]]) -> str:
    """The word of the first band, from the highest down, whose lowest score is reached."""
    return next((word for word, least in bands if value >= least), bands[-1][0] if bands else "")


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
    left_out = len(score.factors) - len(seen)
    return (replace(score, factors=seen) if left_out else score), left_out
