"""The rows of viewers' identities: sealed tokens, the lease of whoever refreshes them, and their end.

What ends leaves a job that tells the host, in the same transaction: a crash forgets neither.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, delete, exists, or_, select, update

from app.db.insert_new import insert_new
from app.db.jobs import enqueue
from app.db.schema import identities, sessions

REVOKE = "revoke"  # the kind of job
_REVOKE_ATTEMPTS = 8
_FREE = {"leased_until": None, "lease_owner": None}


@dataclass(frozen=True, slots=True)
class Row:
    """The newest tokens of a viewer. Each new pair has a higher version; what is asked of an older row is not done."""

    connection: str
    viewer: str
    version: int
    tokens: bytes = field(repr=False)  # sealed

    @property
    def _same(self) -> ColumnElement[bool]:
        return _of(self.connection, self.viewer) & (identities.c.version == self.version)


def find(conn: Connection, connection: str, viewer: str) -> Row | None:
    """A viewer's tokens at a host, sealed; None where there are none."""
    c = identities.c
    row = conn.execute(select(c.version, c.tokens).where(_of(connection, viewer))).first()
    return Row(connection, viewer, row.version, row.tokens) if row else None


def put(conn: Connection, connection: str, viewer: str, tokens: bytes, ends_at: float) -> None:
    """A new sign-in's tokens, in place of what was there."""
    row = {"connection": connection, "viewer": viewer, "version": 1, "tokens": tokens, "ends_at": ends_at}
    if not insert_new(conn, identities, row, ("connection", "viewer")):
        fresh = {"tokens": tokens, "version": identities.c.version + 1, "ends_at": ends_at}
        conn.execute(update(identities).where(_of(connection, viewer)).values({**fresh, **_FREE}))


def lease(conn: Connection, row: Row, owner: str, until: float, now: float) -> bool:
    """Whether `owner` alone may refresh these tokens, until then."""
    c = identities.c
    free = or_(c.leased_until.is_(None), c.leased_until <= now)
    taken = update(identities).where(row._same, free).values(leased_until=until, lease_owner=owner)
    return conn.execute(taken).rowcount == 1


def give_back(conn: Connection, row: Row, owner: str) -> None:
    """Nothing came of it; the next may try."""
    conn.execute(update(identities).where(_leased(row, owner)).values(_FREE))


def replace(conn: Connection, row: Row, owner: str, tokens: bytes) -> None:
    """What the host gave for the old ones. If the viewer signed out meanwhile, the host is told to forget it."""
    fresh = {"tokens": tokens, "version": row.version + 1, **_FREE}
    stored = conn.execute(update(identities).where(_leased(row, owner)).values(fresh)).rowcount
    if not stored and find(conn, row.connection, row.viewer) is None:
        enqueue_revoke(conn, row.connection, row.viewer, tokens)


def drop(conn: Connection, row: Row) -> bool:
    """The host knows them no more. Whether they were still there."""
    return conn.execute(delete(identities).where(row._same)).rowcount == 1


def end_unneeded(conn: Connection, connection: str, viewer: str, now: float) -> Sequence[Row]:
    """End those of a connection (of one viewer, unless it is empty) that no living session needs; which they were."""
    s, c = sessions.c, identities.c
    living = exists().where(
        s.connection == c.connection, s.viewer == c.viewer, s.signed_in, s.ended_at.is_(None), s.ends_at > now
    )
    own = _of(connection, viewer) if viewer else c.connection == connection
    return _end(conn, own & ~living)


def end_over(conn: Connection, now: float) -> Sequence[Row]:
    """End those whose last session has come to its own end; which they were."""
    return _end(conn, identities.c.ends_at < now)


def enqueue_revoke(conn: Connection, connection: str, viewer: str, tokens: bytes) -> None:
    """A job that tells the host to forget these sealed tokens."""
    payload = {"connection": connection, "viewer": viewer, "tokens": base64.b64encode(tokens).decode()}
    enqueue(conn, REVOKE, payload, max_attempts=_REVOKE_ATTEMPTS)


def _end(conn: Connection, which: ColumnElement[bool]) -> Sequence[Row]:
    c = identities.c
    found = conn.execute(select(c.connection, c.viewer, c.version, c.tokens).where(which)).all()
    ended = [row for row in (Row(*each) for each in found) if drop(conn, row)]  # or somebody signed in meanwhile
    for row in ended:
        enqueue_revoke(conn, row.connection, row.viewer, row.tokens)
    return ended


def _leased(row: Row, owner: str) -> ColumnElement[bool]:
    return row._same & (identities.c.lease_owner == owner)


def _of(connection: str, viewer: str) -> ColumnElement[bool]:
    return (identities.c.connection == connection) & (identities.c.viewer == viewer)
