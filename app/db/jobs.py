"""The jobs table: at least once, with a lease, attempts, backoff, priority and a dead state.

    with database.begin() as conn:
        enqueue(conn, "rescore", {"record": "Lead/1"})   # in the transaction of its cause
    job = claim(database, ["rescore"], owner="worker-1", lease_s=60, now=time.time())

A worker that dies keeps its lease until that ends; then the job is claimed again. So handlers are idempotent.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Select,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)

from app.db.database import Database
from app.db.insert_new import insert_all_new, insert_new
from app.db.schema_jobs import jobs
from app.errors import Busy

MAX_ATTEMPTS = 5
_BACKOFF_S, _BACKOFF_MOST_S = 2.0, 3600.0
_LOST = "the worker was lost"


class Priority(IntEnum):
    """Who waits for a job. Of the kinds that share a thread, the higher goes first, always."""

    WAITED = 40  # a viewer looks at a panel that is pending
    CHANGED = 30  # the host said that what somebody has seen is no longer so
    NORMAL = 20  # nobody sees it, but it has its time
    REFRESH = 10  # much looked at, and stale soon
    LOW = 0  # nobody asked yet, or it is a record that can wait


class Postponed(Busy):
    """Raised by a job whose turn has not come: it waits for `retry_after_s`, and that counts as no attempt."""


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job. It is yours until `leased_until`; then another worker may have it."""

    id: int
    kind: str
    attempts: int  # this one included
    max_attempts: int
    owner: str
    leased_until: float
    payload: Mapping[str, Any] = field(default_factory=dict, hash=False)


def enqueue(
    conn: Connection,
    kind: str,
    payload: Mapping[str, Any],
    *,
    priority: int = Priority.NORMAL,
    run_at: float | None = None,
    dedupe_key: str | None = None,
    max_attempts: int = MAX_ATTEMPTS,
) -> bool:
    """Add a job, unless one with the same `dedupe_key` is still waiting; whether it was added.

    A waiting twin takes the higher priority and the earlier time. A running one does not count: what it
    works on may be older than the cause of this job.
    """
    row = {
        "kind": kind,
        "payload": json.dumps(payload),
        "priority": priority,
        "run_at": run_at or 0.0,
        "attempts": 0,
        "max_attempts": max_attempts,
        "dedupe_key": dedupe_key,
    }
    if dedupe_key is None:
        conn.execute(insert(jobs).values(row))
        return True
    if insert_new(conn, jobs, row, ("dedupe_key",)):
        return True
    twin = jobs.c.dedupe_key == dedupe_key
    conn.execute(update(jobs).where(twin, jobs.c.priority < priority).values(priority=priority))
    conn.execute(update(jobs).where(twin, jobs.c.run_at > row["run_at"]).values(run_at=row["run_at"]))
    return False


def enqueue_all(conn: Connection, kind: str, payloads: Mapping[str, Mapping[str, Any]], *, priority: int) -> None:
    """Add a job for each of these, named by their `dedupe_key`, in one statement. Of one that waits already nothing
    changes: so this is for what nobody waits for."""
    fixed = {"kind": kind, "priority": priority, "run_at": 0.0, "attempts": 0, "max_attempts": MAX_ATTEMPTS}
    rows = [fixed | {"dedupe_key": key, "payload": json.dumps(payload)} for key, payload in payloads.items()]
    insert_all_new(conn, jobs, rows, ("dedupe_key",))


def due(database: Database, kinds: Sequence[str], now: float) -> frozenset[str]:
    """Of these kinds, those of which a job waits that may be begun. Raises StoreUnavailable."""
    with database.read() as conn:
        return frozenset(row.kind for row in conn.execute(_heads(tuple(kinds)), {"at": now}))


def claim(database: Database, kinds: Sequence[str], owner: str, lease_s: float, now: float) -> Job | None:
    """Take the first job that is due, of the highest priority; None when there is none."""
    heads, at = _heads(tuple(kinds)), {"at": now}
    with database.read() as conn:  # most looks find nothing, and on SQLite only one process at a time may write
        due = conn.execute(heads, at).all()
    for head in sorted(due, key=lambda row: (-row.priority, row.run_at, row.id)):
        with database.begin() as conn:
            job = _take(conn, head.kind, owner, lease_s, now)
        if job is not None:
            return job  # else others took all of this kind meanwhile
    return None


@cache  # to put a statement together takes longer than to run it, and every process looks four times a second
def _heads(kinds: tuple[str, ...]) -> Select[Any]:
    """The first due job of each kind: one step into the index for each, however many wait."""
    columns = (jobs.c.kind, jobs.c.priority, jobs.c.run_at, jobs.c.id)
    each = [select(_first(literal(kind), *columns).subquery()) for kind in kinds]
    return select(union_all(*each).subquery())


def _first(kind: ColumnElement[str], *columns: Any) -> Select[Any]:
    c, now = jobs.c, bindparam("at", type_=Double)
    free = or_(c.leased_until.is_(None), c.leased_until <= now)
    due = and_(c.kind == kind, c.dead_at.is_(None), c.run_at <= now, free)
    return select(*columns).where(due).order_by(c.priority.desc(), c.run_at, c.id).limit(1)


_FIRST = _first(bindparam("of", type_=Text), jobs).with_for_update(skip_locked=True)


def _take(conn: Connection, kind: str, owner: str, lease_s: float, now: float) -> Job | None:
    while (row := conn.execute(_FIRST, {"of": kind, "at": now}).first()) is not None:
        if row.attempts < row.max_attempts:
            taken = {"lease_owner": owner, "leased_until": now + lease_s, "attempts": row.attempts + 1}
            conn.execute(update(jobs).where(jobs.c.id == row.id).values(**taken, dedupe_key=None))
            payload = json.loads(row.payload)
            return Job(row.id, row.kind, row.attempts + 1, row.max_attempts, owner, now + lease_s, payload)
        # its last worker never said how it ended
        gone = {"dead_at": now, "last_error": _LOST, "lease_owner": None, "leased_until": None}
        conn.execute(update(jobs).where(jobs.c.id == row.id).values(gone))
    return None


def extend(database: Database, job: Job, lease_s: float, now: float) -> bool:
    """It is still being worked on; False when its lease had ended and another worker has it."""
    with database.begin() as conn:
        return conn.execute(update(jobs).where(_held(job)).values(leased_until=now + lease_s)).rowcount == 1


def done(database: Database, job: Job) -> bool:
    """Forget a finished job; False when its lease had ended and another worker has it."""
    with database.begin() as conn:
        return conn.execute(delete(jobs).where(_held(job))).rowcount == 1


def failed(database: Database, job: Job, error: str, now: float, retry_after_s: float = 0.0) -> bool:
    """Put a job back, later each time, or let it be dead after its last attempt; whether it will run again.

    `error` is read by admins: a code or the name of an error, never a value from a host or a core.
    """
    again = job.attempts < job.max_attempts
    # half of the pause is chance, so that jobs that failed together do not come back together
    pause = min(_BACKOFF_S * 2 ** (job.attempts - 1), _BACKOFF_MOST_S) * random.uniform(0.5, 1.0)  # noqa: S311
    values = {
        "run_at": now + max(pause, retry_after_s),
        "leased_until": None,
        "lease_owner": None,
        "last_error": error[:500],
        "dead_at": None if again else now,
    }
    with database.begin() as conn:
        return conn.execute(update(jobs).where(_held(job)).values(values)).rowcount == 1 and again


def postponed(database: Database, job: Job, until: float) -> bool:
    """Put a job back for later, as if it had not been begun; False when another worker has it."""
    waits = {"run_at": until, "leased_until": None, "lease_owner": None, "attempts": job.attempts - 1}
    with database.begin() as conn:
        return conn.execute(update(jobs).where(_held(job)).values(waits)).rowcount == 1


def depth(database: Database, now: float) -> dict[str, int]:
    """How many jobs wait, run and are dead, for the metrics and the admin."""
    c = jobs.c
    states = {
        "dead": c.dead_at.is_not(None),
        "running": and_(c.dead_at.is_(None), c.leased_until > now),
        "waiting": and_(c.dead_at.is_(None), or_(c.leased_until.is_(None), c.leased_until <= now)),
    }
    with database.read() as conn:
        row = conn.execute(select(*(func.count().filter(test).label(name) for name, test in states.items()))).one()
        return dict(row._mapping)


def _held(job: Job) -> ColumnElement[bool]:
    # owner and attempt: the same worker may have lost the job and claimed it again
    return and_(jobs.c.id == job.id, jobs.c.lease_owner == job.owner, jobs.c.attempts == job.attempts)
