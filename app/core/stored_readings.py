"""Which analysis is a record's, and how it stands with the version that is being read: one row for each record.

The row is what all processes know of the work. Whoever works on it says so now and then (its beat); work without a
beat is lost, and whoever looks next begins it anew.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select, update
from sqlalchemy import Connection as DatabaseConnection

from app.db import Database
from app.db.insert_new import insert_new
from app.db.jobs import enqueue
from app.db.schema_documents import readings
from app.launch import Record

JOB = "analyse"
ANNOUNCED = "analysis"  # the kind of change that says: a record's reading is another
LOST_S = 60.0  # without a beat; waiting in the queue counts as none, and the queue holds a job of a record once
_ALWAYS_LEFT = 0.15  # of what was thought to be left, before the end is known
_HOLDS_S, _HOLDS = 0.1, 0.2  # seconds that a note is believed for, or so much of what was left then
_UNIQUE = ("connection", "record_type", "record_id", "capability")
_OVER: Mapping[str, Any] = {"work_version": None, "stage": None, "done": 0, "total": 0, "share": 0.0}
_SOUND: Mapping[str, Any] = {"failed_version": None, "problem": None, "reference": None, "retry_at": 0.0}


@dataclass(frozen=True, slots=True)
class ReadingKey:
    """Whose row it is. `record` is the document's one name."""

    connection: str
    capability: str
    record: Record


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A row; its columns are explained in the schema."""

    decision: str | None
    analysis: str | None
    recipe: str | None
    version: str | None
    before: str | None
    work_version: str | None
    stage: str | None
    done: int
    total: int
    share: float
    share_at: float
    left_s: float
    beat_at: float
    failed_version: str | None
    problem: str | None
    reference: str | None
    retry_at: float

    def works_on(self, version: str, now: float) -> bool:
        """Somebody is at it, or was a moment ago."""
        return self.work_version == version and now - self.beat_at < LOST_S

    def share_by(self, now: float) -> float:
        """The share of the work's time by now, of what was known at `share_at`: it grows as time goes by, until the
        next note is due, and then waits for that."""
        if self.left_s <= 0.0 or self.share >= 1.0:
            return self.share
        gone = min(max(now - self.share_at, 0.0), holds_s(self.left_s))
        spent = self.share / (1.0 - self.share) * self.left_s + gone
        return max(self.share, spent / (spent + max(self.left_s - gone, _ALWAYS_LEFT * self.left_s)))

    @property
    def most(self) -> float:
        """The share that is never passed before another note."""
        return self.share_by(math.inf)


def holds_s(left_s: float) -> float:
    """How long what was told is believed, by what was left. Whoever works tells again well before."""
    return max(_HOLDS_S, _HOLDS * left_s)


@dataclass(frozen=True, slots=True)
class Step:
    """How far a work is."""

    stage: str
    done: int
    total: int
    share: float
    left_s: float


class StoredReadings:
    """The table of readings. Times are ours."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, keys: Sequence[ReadingKey]) -> dict[ReadingKey, ReadingRow]:
        """The rows of these keys; one query for each (connection, capability, type)."""
        groups: dict[tuple[str, str, str], dict[str, ReadingKey]] = defaultdict(dict)
        for key in keys:
            groups[key.connection, key.capability, key.record.type][key.record.id] = key
        c, found = readings.c, {}
        with self._database.read() as conn:
            for (connection, capability, kind), by_id in groups.items():
                mine = (c.connection == connection, c.capability == capability, c.record_type == kind)
                for row in conn.execute(select(*_COLUMNS, c.record_id).where(*mine, c.record_id.in_(list(by_id)))):
                    found[by_id[row.record_id]] = ReadingRow(*row[:-1])
        return found

    def begin(self, conn: DatabaseConnection, key: ReadingKey, version: str, now: float) -> bool:
        """Note that work on this version is wanted; False when somebody is at it already."""
        wanted = {**_OVER, **_SOUND, "work_version": version, "share_at": now, "left_s": 0.0, "beat_at": now}
        if insert_new(conn, readings, _named(key) | wanted, _UNIQUE):
            return True
        working = and_(readings.c.work_version == version, readings.c.beat_at > now - LOST_S)
        free = or_(readings.c.work_version.is_(None), not_(working))
        return conn.execute(update(readings).where(*_is(key), free).values(wanted)).rowcount == 1

    def tell(self, key: ReadingKey, version: str, step: Step, now: float) -> None:
        """How far the work on this version is, which is a beat too; an older failure is forgotten.

        The share never goes back, however long the commit takes: what is told is shown only once it has passed all
        that the note before may show; until then that one stays.
        """
        told: dict[str, Any] = {"stage": step.stage, "done": step.done, "total": step.total, **_worked(version, now)}
        with self._database.begin() as conn:
            row = conn.execute(select(*_COLUMNS).where(*_is(key)).with_for_update()).first()
            before = ReadingRow(*row) if row is not None and row.stage else None
            if before is None or step.share >= before.most:
                told |= {"share": step.share, "share_at": now, "left_s": step.left_s}
            conn.execute(update(readings).where(*_is(key)).values(told))

    def beat(self, key: ReadingKey, version: str, now: float) -> None:
        """Somebody works on this version; an older failure is forgotten."""
        with self._database.begin() as conn:
            conn.execute(update(readings).where(*_is(key)).values(_worked(version, now)))

    def settle(self, conn: DatabaseConnection, key: ReadingKey, values: Mapping[str, Any]) -> bool:
        """The work is done: `values` are decision, analysis, recipe, version and before. Whether there is a row."""
        return conn.execute(update(readings).where(*_is(key)).values({**_OVER, **_SOUND, **values})).rowcount == 1

    def fail(
        self, conn: DatabaseConnection, key: ReadingKey, version: str, problem: str, reference: str, retry_at: float
    ) -> None:
        """The work came to nothing: for ever where there is a `problem`, else until `retry_at`."""
        failed = {"failed_version": version, "problem": problem or None, "reference": reference, "retry_at": retry_at}
        conn.execute(update(readings).where(*_is(key)).values({**_OVER, **failed}))

    def outdate(self, conn: DatabaseConnection, connection: str, record: Record) -> list[ReadingKey]:
        """The record's rows that hold an analysis: the host said that the document changed."""
        c = readings.c
        mine = (c.connection == connection, c.record_type == record.type, c.record_id == record.id)
        rows = conn.execute(select(c.capability).where(*mine, c.analysis.is_not(None))).scalars()
        return [ReadingKey(connection, capability, record) for capability in rows]


def order(
    conn: DatabaseConnection,
    key: ReadingKey,
    priority: int,
    now: float,
    session: str = "",
    viewer_of: str = "",
    version: str = "",
) -> None:
    """Have a job do the work, for a session of the connection `viewer_of`, or with the connection's own right."""
    payload = {
        "connection": key.connection,
        "capability": key.capability,
        "record": str(key.record),
        "session": session,
        "viewer_of": viewer_of,
        "version": version,
    }
    name = f"{JOB}:{key.connection}:{key.capability}:{key.record}"
    enqueue(conn, JOB, payload, priority=priority, run_at=now, dedupe_key=name)


_COLUMNS = [readings.c[each.name] for each in fields(ReadingRow)]


def _worked(version: str, now: float) -> Mapping[str, Any]:
    return {**_SOUND, "work_version": version, "beat_at": now}


def _named(key: ReadingKey) -> dict[str, Any]:
    return {
        "connection": key.connection,
        "capability": key.capability,
        "record_type": key.record.type,
        "record_id": key.record.id,
    }


def _is(key: ReadingKey) -> list[ColumnElement[bool]]:
    return [readings.c[name] == value for name, value in _named(key).items()]
