"""What the audit says of the last day: how often each connection was used, how often it refused, and when last."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, select

from app.db import Database
from app.db.schema import audit

DAY_S = 86_400.0
_BAD = ("launch.refused", "signin.refused", "core.failed", "core.refused", "host.failed")
_ASKED = ("launch.accepted", "view.shown", *_BAD)


@dataclass(frozen=True, slots=True)
class Lately:
    """A connection's last 24 hours: how many of each event, and when the last was."""

    counts: Mapping[str, int] = field(default_factory=dict)
    last: Mapping[str, float] = field(default_factory=dict)

    def count(self, *events: str) -> int:
        """How often these events were, in all."""
        return sum(self.counts.get(each, 0) for each in events)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason for which something was refused or failed, how often in the last day, and the newest reference."""

    event: str
    reason: str
    count: int
    last_at: float
    reference: str


def lately(database: Database, now: float) -> dict[str, Lately]:
    """Each connection of which there was anything. Raises StoreUnavailable."""
    c = audit.c
    query = (
        select(c.connection, c.event, func.count().label("n"), func.max(c.at).label("last"))
        .where(c.event.in_(_ASKED), c.at >= now - DAY_S)
        .group_by(c.connection, c.event)
    )
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    last: dict[str, dict[str, float]] = defaultdict(dict)
    with database.read() as conn:
        for row in conn.execute(query):
            counts[row.connection or ""][row.event] = row.n
            last[row.connection or ""][row.event] = row.last
    return {name: Lately(counts[name], last[name]) for name in counts}


def commonest(database: Database, connection: str, since: float, limit: int = 8) -> list[Refusal]:
    """Why things were refused or failed most often since then; of all connections where none is named.

    Raises StoreUnavailable.
    """
    c = audit.c
    mine = [c.event.in_([*_BAD, "permission.refused"]), c.at >= since, *([_of(connection)] if connection else [])]
    times = func.count().label("n")
    query = select(c.event, c.reason, times, func.max(c.at).label("last")).where(*mine).group_by(c.event, c.reason)
    with database.read() as conn:
        rows = conn.execute(query.order_by(times.desc(), c.event, c.reason).limit(limit)).all()
    return [Refusal(row.event, row.reason or "", row.n, row.last, "") for row in rows]


def refusals(database: Database, connection: str, now: float, limit: int = 20) -> list[Refusal]:
    """Why things were refused or failed, the newest first. Raises StoreUnavailable."""
    c = audit.c
    query = (
        select(c.event, c.reason, func.count().label("n"), func.max(c.at).label("last"), func.max(c.seq).label("seq"))
        .where(
            c.event.in_([*_BAD, "permission.refused"]),
            c.at >= now - DAY_S,
            _of(connection),
        )
        .group_by(c.event, c.reason)
        .order_by(func.max(c.at).desc())
        .limit(limit)
    )
    with database.read() as conn:
        rows = conn.execute(query).all()
        newest = select(c.seq, c.reference).where(c.seq.in_([row.seq for row in rows]))
        references = {row.seq: row.reference or "" for row in conn.execute(newest)}
    return [Refusal(row.event, row.reason or "", row.n, row.last, references[row.seq]) for row in rows]


def last_reason(database: Database, event: str, field: str, value: int) -> str:
    """The reason of the newest row of an event whose detail says so; empty where there is none of late.

    Raises StoreUnavailable.
    """
    c = audit.c
    query = select(c.reason, c.detail).where(c.event == event).order_by(c.at.desc()).limit(20)
    with database.read() as conn:
        rows = conn.execute(query).all()
    return next((row.reason or "" for row in rows if json.loads(row.detail or "{}").get(field) == value), "")


def _of(connection: str) -> ColumnElement[bool]:
    """Of this connection, but not by the index of that: it leads to all its views, of which there are millions."""
    return func.coalesce(audit.c.connection, "") == connection
