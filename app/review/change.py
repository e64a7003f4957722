"""A change of a record's reviews, as told to whoever must act on it in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from app.db.reviews import Verdict
from app.launch import Record

ANNOUNCED = "review"  # the kind of announcement that says: what people say of a record is another
SCORE = "score"  # the item of a review that is of the record's score as a whole


@dataclass(frozen=True, slots=True)
class ReviewChange:
    """What holds from now on for one item of a record. The viewer's own words are not in it."""

    connection: str  # the one that the record is read through
    capability: str
    record: Record
    decision: str
    item: str  # `SCORE`, or a finding's fingerprint
    verdict: Verdict | None  # None: there is none any more; it was taken back, or a second person declined it
    value: float | None  # of an override of a score, 0 to 100
    severity: str  # of an override of a finding
    reason: str  # a word
    viewer: str  # whose verdict it is or was
    approved: bool  # False: it waits for a second person; once that person approves there is a change with True
    version: int  # grows with each change of the item
    at: float  # seconds since the epoch


Listener = Callable[[Connection, ReviewChange], None]  # within the transaction; what it raises undoes the review
