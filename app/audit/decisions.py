"""What the audit says of one decision: how it was given, who saw it, and what was said of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.db import Database
from app.db.schema import audit

MOST = 200  # looks and verdicts that are listed; all of them are counted
_GIVEN = ("answer.given", "analysis.given")
_ANSWERED = {"review.approved": "approved", "review.declined": "declined"}  # another's verdict, by a second person
_SAID = ("review.given", "review.undone", *_ANSWERED)


@dataclass(frozen=True, slots=True)
class Given:
    """The row of a decision. `detail` are the event's fields that have no column."""

    event: str
    at: float
    connection: str
    record: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody was shown it in a session, as the record that the session calls it."""

    at: float
    viewer: str
    session: str
    component: str
    record: str
    connection: str


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict on it, or on one item of it; empty: it was taken back. `value` is an overridden score's."""

    at: float
    viewer: str
    item: str
    verdict: str
    severity: str
    reason: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """All of it, the oldest first."""

    given: Given | None
    looks: tuple[Look, ...]
    looks_in_all: int
    viewers: int
    said: tuple[Said, ...]


def trail(database: Database, decision: str) -> Trail:
    """What there is of a decision. Raises StoreUnavailable."""
    c = audit.c
    with database.read() as conn:
        given = conn.execute(select(audit).where(c.decision == decision, c.event.in_(_GIVEN)).limit(1)).first()
        looks = _rows(conn, decision, ("view.shown",))
        said = _rows(conn, decision, _SAID)
        counted = select(func.count(), func.count(c.viewer.distinct()))
        looks_in_all, viewers = conn.execute(counted.where(c.decision == decision, c.event == "view.shown")).one()
    return Trail(
        Given(given.event, given.at, given.connection or "", given.record or "", _detail(given)) if given else None,
        tuple(Look(row.at, row.viewer, row.session, row.component, row.record, row.connection) for row in looks),
        int(looks_in_all),
        int(viewers),
        tuple(_said(row) for row in said),
    )


def looked(database: Database, decision: str, connection: str, viewer: str) -> frozenset[str]:
    """As which records this viewer was shown it. Raises StoreUnavailable."""
    c = audit.c
    mine = (c.decision == decision, c.event == "view.shown", c.connection == connection, c.viewer == viewer)
    with database.read() as conn:
        return frozenset(conn.execute(select(c.record).where(*mine).distinct().limit(MOST)).scalars())


def _rows(conn: Connection, decision: str, events: tuple[str, ...]) -> list[Any]:
    c = audit.c
    query = select(audit).where(c.decision == decision, c.event.in_(events)).order_by(c.seq).limit(MOST)
    return list(conn.execute(query))


def _said(row: Any) -> Said:
    detail = _detail(row)
    return Said(
        row.at,
        row.viewer,
        detail.get("item") or "",
        _ANSWERED.get(row.event) or detail.get("verdict") or "",
        detail.get("severity") or "",
        row.reason or detail.get("reason") or "",
        detail.get("value"),
    )


def _detail(row: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(row.detail or "{}")
    return found
