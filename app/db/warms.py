"""How far a list is that is being scored ahead: a killed run goes on from there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, select, update

from app.db.database import Database
from app.db.insert_new import insert_new
from app.db.schema_jobs import warms

KEPT_S = 7 * 86_400.0  # a run that nobody went on with is forgotten then


@dataclass(frozen=True, slots=True)
class Begun:
    """A list that is being scored ahead, or waits to be gone on with."""

    connection: str
    capability: str
    list_hash: str
    done: int
    at: float  # when it last came further


def begun(database: Database) -> list[Begun]:
    """Every list that is not over, the one that moved last first. Raises StoreUnavailable."""
    c = warms.c
    query = select(c.connection, c.capability, c.list_hash, c.done, c.at).order_by(c.at.desc())
    with database.read() as conn:
        return [Begun(*row) for row in conn.execute(query)]


@dataclass(frozen=True, slots=True)
class Run:
    """One list for one capability of one connection. `list_hash` is the SHA-256 hex of its records, in their order."""

    connection: str
    capability: str
    list_hash: str

    @property
    def _values(self) -> dict[str, str]:
        return {"connection": self.connection, "capability": self.capability, "list_hash": self.list_hash}

    def begun(self, database: Database) -> tuple[int, float]:
        """How many records are done, and as of when; (0, 0.0) when it never began, or is over."""
        with database.read() as conn:
            row = conn.execute(select(warms.c.done, warms.c.at).where(*self._is())).first()
        return (row.done, row.at) if row is not None else (0, 0.0)

    def reach(self, conn: Connection, done: int, now: float) -> None:
        """So many are done."""
        if not insert_new(conn, warms, {**self._values, "done": done, "at": now}, tuple(self._values)):
            conn.execute(update(warms).where(*self._is()).values(done=done, at=now))

    def end(self, conn: Connection, now: float) -> None:
        """All are done."""
        conn.execute(delete(warms).where(*self._is()))
        conn.execute(delete(warms).where(warms.c.at < now - KEPT_S))

    def _is(self) -> list[ColumnElement[bool]]:
        return [warms.c[name] == value for name, value in self._values.items()]
