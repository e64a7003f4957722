"""Revocations: an admin ends sessions at once, of a whole connection, a viewer, a component, or both.

What was opened before a revocation is over in every process: those that run hear it as an announcement, those
that start read the table. A viewer whom the host still sends gets a new session by a new launch; to keep panels
shut, switch the connection's `rollout` off.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from app.db.database import Database
from app.db.epochs import EVERYTHING, Announcement, announce
from app.db.schema import revocations, sessions

KIND = "revocation"
_MARGIN_S = 3600.0  # nodes' clocks differ
_Scope = tuple[str, str, str]  # connection, viewer or "" for all, entry component or "" for all


class Revocations:
    """The revocations that a session could still be under. Asking costs no I/O."""

    def __init__(self, database: Database, life_s: float, clock: Callable[[], float]) -> None:
        """`life_s` is how long a session can live at most. Raises StoreUnavailable."""
        self._database, self._life_s, self._clock = database, life_s, clock
        self._lock = threading.Lock()
        self._misses = self._made_up_for = 0  # how often news were missed, and up to which of these the table was read
        self._at: dict[_Scope, float] = {}
        self._learn(self._read())

    def hear(self, news: Announcement) -> None:
        """What other processes announce."""
        if news.kind == EVERYTHING:
            self._misses += 1
        elif news.kind == KIND:
            viewer, component = json.loads(news.key)
            self._learn({(news.connection, viewer, component): news.at})

    def covers(self, connection: str, viewer: str, component: str, opened_at: float) -> bool:
        """Whether a session like this was revoked. Raises StoreUnavailable when news were missed."""
        if self._misses != self._made_up_for:
            self._catch_up()
        if not self._at:  # as almost always
            return False
        with self._lock:
            return any(
                opened_at <= self._at.get((connection, who, what), -1.0)
                for who in (viewer, "")
                for what in (component, "")
            )

    def _catch_up(self) -> None:
        misses = self._misses  # what is missed while the table is read is read for again
        self._learn(self._read())
        self._made_up_for = misses

    def _learn(self, news: Mapping[_Scope, float]) -> None:
        with self._lock:
            known = {scope: max(at, self._at.get(scope, at)) for scope, at in news.items()}
            self._at = {scope: at for scope, at in {**self._at, **known}.items() if at > self._oldest()}

    def _oldest(self) -> float:
        """Nothing that was opened before lives."""
        return self._clock() - self._life_s - _MARGIN_S

    def _read(self) -> dict[_Scope, float]:
        c = revocations.c
        with self._database.read() as conn:
            rows = conn.execute(select(c.connection, c.viewer, c.component, c.at).where(c.at > self._oldest()))
            return {(row.connection, row.viewer, row.component): row.at for row in rows}


def revoke(conn: Connection, connection: str, viewer: str, component: str, now: float, life_s: float) -> int:
    """End all matching sessions and wipe what they held, within a transaction; how many there were.

    Empty `viewer` and `component` mean all of the connection's.
    """
    c = revocations.c
    matching = _matching(connection, viewer, component)
    living = matching & sessions.c.ended_at.is_(None) & (sessions.c.ends_at > now)
    count = int(conn.execute(select(func.count()).select_from(sessions).where(living)).scalar_one())
    conn.execute(update(sessions).where(living).values(ended_at=now))
    conn.execute(update(sessions).where(matching).values(host_token=None, features=None))
    # its lock is held to the end: no other revocation comes between
    announce(conn, KIND, connection, json.dumps([viewer, component]), at=now)
    same = (c.connection == connection) & (c.viewer == viewer) & (c.component == component)
    conn.execute(delete(revocations).where(same | (c.at < now - life_s - _MARGIN_S)))
    row = {"connection": connection, "viewer": viewer, "component": component, "at": now}
    conn.execute(insert(revocations).values(row))
    return count


def _matching(connection: str, viewer: str, component: str) -> ColumnElement[bool]:
    found = sessions.c.connection == connection
    if viewer:
        found &= sessions.c.viewer == viewer
    if component:
        found &= sessions.c.component == component
    return found
