"""Jobs as an admin meets them: how many of each kind, and those that are dead: looked at, replayed, dropped."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, select, update

from app.db.database import Database
from app.db.schema_jobs import jobs


@dataclass(frozen=True, slots=True)
class Depth:
    """How many jobs of one kind are in one state, and since when the oldest could have run (or is dead)."""

    kind: str
    state: str  # waiting, later, running, dead
    jobs: int
    since: float


@dataclass(frozen=True, slots=True)
class Kept:
    """A job as the table has it. `payload` may name records and viewers; all else names nobody."""

    id: int
    kind: str
    connection: str
    state: str
    priority: int
    attempts: int
    max_attempts: int
    run_at: float
    dead_at: float | None
    last_error: str
    payload: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which dead jobs are meant: by id, of a kind, or all."""

    ids: tuple[int, ...] = ()
    kind: str = ""

    @property
    def where(self) -> ColumnElement[bool]:
        """The dead jobs that are meant, and no others."""
        named = [jobs.c.id.in_(self.ids)] if self.ids else []
        of_kind = [jobs.c.kind == self.kind] if self.kind else []
        return and_(jobs.c.dead_at.is_not(None), *named, *of_kind)


def depths(database: Database, now: float) -> list[Depth]:
    """By kind and state."""
    c, state = jobs.c, _state(now)
    since = func.min(func.coalesce(c.dead_at, c.run_at))
    rows = select(c.kind, state.label("state"), func.count(), since).group_by(c.kind, state).order_by(c.kind, state)
    with database.read() as conn:
        return [Depth(*row) for row in conn.execute(rows)]


def dead(database: Database, now: float, kind: str, most: int) -> list[Kept]:
    """The dead ones, the latest first; of one kind where it is named."""
    last_first = select(jobs, _state(now).label("state")).where(Chosen(kind=kind).where)
    with database.read() as conn:
        rows = conn.execute(last_first.order_by(jobs.c.dead_at.desc(), jobs.c.id.desc()).limit(most))
        return [_kept(row) for row in rows]


def find(database: Database, ids: Sequence[int], now: float) -> list[Kept]:
    """Jobs by their ids, in whatever state; unknown ones are left out."""
    named = select(jobs, _state(now).label("state")).where(jobs.c.id.in_(ids)).order_by(jobs.c.id)
    with database.read() as conn:
        return [_kept(row) for row in conn.execute(named)]


def replay(conn: Connection, chosen: Chosen, now: float) -> dict[tuple[str, str], int]:
    """Let dead jobs run again, as if they were new; how many, by (kind, connection)."""
    counted = _counted(conn, chosen)
    new = {"dead_at": None, "attempts": 0, "run_at": now, "last_error": None}
    conn.execute(update(jobs).where(chosen.where).values(new))
    return counted


def drop(conn: Connection, chosen: Chosen) -> dict[tuple[str, str], int]:
    """Forget dead jobs; how many, by (kind, connection)."""
    counted = _counted(conn, chosen)
    conn.execute(delete(jobs).where(chosen.where))
    return counted


def _counted(conn: Connection, chosen: Chosen) -> dict[tuple[str, str], int]:
    counted: dict[tuple[str, str], int] = {}
    # locked: what two admins choose at once is counted by one of them
    for row in conn.execute(select(jobs.c.kind, jobs.c.payload).where(chosen.where).with_for_update()):
        key = (row.kind, _connection(_payload(row.payload)))
        counted[key] = counted.get(key, 0) + 1
    return counted


def _state(now: float) -> ColumnElement[str]:
    c = jobs.c
    return case(
        (c.dead_at.is_not(None), "dead"),
        (c.leased_until > now, "running"),
        (c.run_at > now, "later"),
        else_="waiting",
    )


def _kept(row: Any) -> Kept:
    payload = _payload(row.payload)
    return Kept(
        row.id, row.kind, _connection(payload), row.state, row.priority, row.attempts, row.max_attempts,
        row.run_at, row.dead_at, row.last_error or "", payload,
    )  # fmt: skip


def _payload(text: str) -> Mapping[str, Any]:
    try:
        payload = json.loads(text)
    except ValueError:  # whoever wrote it, it is to be seen and dropped
        return {}
    return payload if isinstance(payload, dict) else {}


def _connection(payload: Mapping[str, Any]) -> str:
    return str(payload.get("connection", ""))
