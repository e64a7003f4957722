"""After a restore: what a database says of a moment that is over, on a machine whose clock may be another.

A backup remembers sessions that live, work that somebody is at, and times of the machine that it was made on. Nobody is
at that work any more, what viewers were told since is lost, and a time that lies ahead of this machine's clock would
hold things up until the clock is there. So all sessions end (a panel asks its host for a new launch by itself), nobody
holds anything, and what is dated ahead is dated now.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Column, Connection, delete, func, or_, select, update

from app.audit.log import AuditLog
from app.db import Database
from app.db import schema as s
from app.db.schema_admin import admin_links, admin_sessions, rollouts
from app.db.schema_documents import readings
from app.db.schema_jobs import jobs, quotas

PATIENCE_S = 660.0  # after the last node ended: every token and every launch with an end of its own is over


@dataclass(frozen=True, slots=True)
class Restored:
    """What was found: how many sessions lived, and by how much the clock of the backup is ahead of ours."""

    sessions: int
    ahead_s: float


def settle(database: Database, audit: AuditLog, clock: Callable[[], float]) -> Restored:
    """Make a restored database fit to be served, before any node is started. Doing it twice does no harm.

    Raises StoreUnavailable: then nothing is changed.
    """
    now = clock()
    with database.begin() as conn:
        newest = conn.execute(select(func.max(s.audit.c.at))).scalar_one() or 0.0
        ahead_s = max(0.0, newest - now)
        ended = _end_sessions(conn, now)
        _let_go(conn)
        if ahead_s:
            _date_now(conn, now, ahead_s)
        # what Redis or another copy of this database says of epochs is about another life
        conn.execute(update(s.epoch).values(life=secrets.token_hex(8)))
        audit.write("database.restored", conn=conn, detail={"sessions": ended, "ahead_s": round(ahead_s)})
    return Restored(ended, ahead_s)


def _end_sessions(conn: Connection, now: float) -> int:
    """Those that were revoked after the backup are among them; nobody can say which."""
    c = s.sessions.c
    count = int(conn.execute(select(func.count()).where(c.ended_at.is_(None), c.ends_at > now)).scalar_one())
    conn.execute(update(s.sessions).where(c.ended_at.is_(None)).values(ended_at=now))
    conn.execute(update(s.sessions).values(host_token=None, features=None))
    for table in (s.sign_ins, admin_sessions, admin_links):
        conn.execute(delete(table))
    return count


def _let_go(conn: Connection) -> None:
    """Whoever held something is gone. Viewers' tokens at hosts stay: the next sign-in or its end sees to them."""
    free = {"leased_until": None, "lease_owner": None}
    conn.execute(update(jobs).values(free))
    conn.execute(update(s.identities).values(free))
    conn.execute(delete(s.leases))
    conn.execute(delete(quotas))
    conn.execute(update(readings).values(beat_at=0.0))


def _date_now(conn: Connection, now: float, ahead_s: float) -> None:
    """The newest score is the one with the latest time, a revocation holds for what was opened before it."""
    for column in (s.scores.c.created_at, s.scores.c.valid_until, s.revocations.c.at):
        _at_most(conn, column, now)
    # what was decided for a later moment stays there; what was to hold at once holds
    r = rollouts.c
    at_once = r.starts_at <= r.set_at
    conn.execute(update(rollouts).where(at_once, r.starts_at > now).values(starts_at=r.starts_at - ahead_s))
    conn.execute(update(readings).where(readings.c.retry_at > now).values(retry_at=now))
    late = or_(jobs.c.run_at > now, jobs.c.dead_at > now)
    conn.execute(update(jobs).where(late).values(run_at=jobs.c.run_at - ahead_s, dead_at=jobs.c.dead_at - ahead_s))


def _at_most(conn: Connection, column: Column[float], now: float) -> None:
    conn.execute(update(column.table).where(column > now).values({column.name: now}))
