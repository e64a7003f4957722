"""Refused framings: which origins tried to frame a panel and are not listed, as browsers report it.

Reports come from anybody, so they are a hint to an admin and nothing more: few rows, written seldom, and of an
address its origin only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import LRUCache, TTLCache
from sqlalchemy import delete, func, select, update

from app.db.database import Database
from app.db.insert_new import insert_new
from app.db.schema import refused_framings

MAX_ORIGINS = 100  # of one connection
WRITE_EACH_S = 10.0  # what is reported again meanwhile is counted in memory, and written then


@dataclass(frozen=True, slots=True)
class Framing:
    """An origin that tried to frame panels of a connection."""

    connection: str
    origin: str
    count: int
    first_at: float
    last_at: float


class Framings:
    """Counts refused framings in a bounded table."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database, self._clock = database, clock
        self._waiting: LRUCache[tuple[str, str], int] = LRUCache(1_000)
        self._written: TTLCache[tuple[str, str], bool] = TTLCache(1_000, WRITE_EACH_S, clock)
        self._lock = threading.Lock()

    def count(self, connection: str, origin: str) -> None:
        """One more of this connection's panels was refused to this origin. Raises StoreUnavailable."""
        key = (connection, origin)
        with self._lock:
            self._waiting[key] = self._waiting.get(key, 0) + 1
            if key in self._written:
                return
            self._written[key] = True
            n = self._waiting.pop(key)
        self._write(connection, origin, n)

    def all(self) -> list[Framing]:
        """What was counted, the newest first. Raises StoreUnavailable."""
        c = refused_framings.c
        with self._database.read() as conn:
            rows = conn.execute(
                select(c.connection, c.origin, c.count, c.first_at, c.last_at).order_by(c.last_at.desc())
            )
            return [Framing(*row) for row in rows]

    def _write(self, connection: str, origin: str, n: int) -> None:
        c, now = refused_framings.c, self._clock()
        row = {"connection": connection, "origin": origin, "count": n, "first_at": now, "last_at": now}
        own = c.connection == connection
        with self._database.begin() as conn:
            if not insert_new(conn, refused_framings, row, ("connection", "origin")):
                grown = update(refused_framings).where(own, c.origin == origin)
                conn.execute(grown.values(count=c.count + n, last_at=now))
            elif conn.execute(select(func.count()).where(own)).scalar_one() > MAX_ORIGINS:
                oldest = select(c.origin).where(own, c.origin != origin).order_by(c.last_at, c.count).limit(1)
                conn.execute(delete(refused_framings).where(own, c.origin == oldest.scalar_subquery()))
