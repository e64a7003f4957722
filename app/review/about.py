"""What a review is about, and what is told of it: to the audit, and to whoever acts on it."""

from __future__ import annotations

from collections.abc import Mapping
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
    if before is None or said.word is Word.UNDO:
        return {}
    return {"verdict": before.verdict, "value": before.value, "reviewer": before.viewer}


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
