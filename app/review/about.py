"""What a review is about, and what is told of it: to the audit, and to whoever acts on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.connections import Connection
from app.db.reviews import Approval, Row, Verdict
from app.launch import Record
from app.review.change import ReviewChange
from app.review.said import Said, Word
from app.session.bearer import Session

EVENTS = {Word.UNDO: "review.undone", Word.APPROVE: "review.approved", Word.DECLINE: "review.declined"}


@dataclass(frozen=True, slots=True)
class About:
    """What is spoken of: an item of a record's answer, in a session."""

    session: Session
    connection: Connection
    component: str
    capability: str
    record: Record
    decision: str

    @property
    def named(self) -> tuple[str, str, str, str]:
        """What its rows are found by: source, capability, type and id."""
        return (self.connection.source, self.capability, self.record.type, self.record.id)


def facts(said: Said, before: Row | None, new: Row | None) -> Mapping[str, object]:
    """What the audit says of it, besides of what it was said."""
    if said.verdict is not None:
        return {**said.facts, "approval": (new and new.approval) or None}
    if said.word is Word.UNDO:
        return {"restored": new.verdict, "reviewer": new.viewer, "value": new.value} if new else {}
    if before is None:
        return {}
    return {"verdict": before.verdict, "value": before.value, "reviewer": before.viewer}


def changes(
    about: About, said: Said, before: Row | None, new: Row | None, version: int, at: float
) -> Iterator[ReviewChange]:
    """What is told, one after the other. An undo that brings another verdict back is two: who heard of the one that is
    gone need not be who is told of the other, which may be of another decision."""
    if said.word is not Word.UNDO or new is None:
        yield change(about, said, before, new, version, at)
        return
    yield change(about, said, before, None, version, at)
    if new.approval != Approval.DECLINED:
        yield change(about, said, before, new, new.version, at)


def change(about: About, said: Said, before: Row | None, new: Row | None, version: int, at: float) -> ReviewChange:
    """What is told to whoever acts on it."""
    stands = new if new is not None and new.approval != Approval.DECLINED else None
    whose = stands or before
    return ReviewChange(
        connection=about.connection.source,
        capability=about.capability,
        record=about.record,
        decision=whose.decision if whose else about.decision,
        item=said.item,
        verdict=Verdict(stands.verdict) if stands else None,
        value=stands.value if stands else None,
        severity=stands.severity if stands else "",
        reason=stands.reason if stands else "",
        viewer=whose.viewer if whose else about.session.viewer.subject,
        approved=stands is None or stands.approval != Approval.WAITING,
        version=version,
        at=at,
    )
