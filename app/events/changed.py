"""Records that changed: for all connections that read them, their scores are no longer fresh."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection as DatabaseConnection

from app.connections import Connections
from app.core.stored import StoredScores
from app.db import Database
from app.db.epochs import SCORE, announce_all
from app.db.jobs import Priority, enqueue
from app.launch import Record

TOLD = "told"  # the kind of job that sees to many records
_AT_ONCE = 50  # of them in one transaction: nobody else may announce a change meanwhile


class Changed:
    """Outdates scores, and has those scored again that somebody has looked at."""

    def __init__(
        self, database: Database, connections: Connections, stored: StoredScores, clock: Callable[[], float]
    ) -> None:
        self._database, self._connections, self._stored, self._clock = database, connections, stored, clock

    def later(self, conn: DatabaseConnection, name: str, records: Sequence[Record], now: float) -> None:
        """By a job, within the caller's transaction."""
        payload = {"connection": name, "records": [str(each) for each in records]}
        enqueue(conn, TOLD, payload, priority=Priority.CHANGED, run_at=now)

    def see_to(self, name: str, records: Sequence[Record]) -> None:
        """What the job does; twice does no harm. Raises StoreUnavailable."""
        for start in range(0, len(records), _AT_ONCE):
            with self._database.begin() as conn:
                self.outdate(conn, name, records[start : start + _AT_ONCE], self._clock())

    def outdate(self, conn: DatabaseConnection, name: str, records: Sequence[Record], now: float) -> None:
        """Now, within the caller's transaction."""
        for each in self._connections.readers_of(name) if records else ():
            announce_all(conn, SCORE, [(each, str(record)) for record in records], at=now)
            # after the announcement, whose lock orders us; what nobody has looked at is not scored
            for record in self._stored.outdate(conn, each, records):
                self._queue(conn, each, record, now)

    def _queue(self, conn: DatabaseConnection, name: str, record: Record, now: float) -> None:
        connection = self._connections.get(name)
        capability = connection.capability_for(record)
        if capability is None or not self._connections.can_read(connection):
            return
        enqueue(
            conn,
            "rescore",
            {"connection": name, "record": str(record)},
            priority=Priority.CHANGED,
            run_at=now,
            dedupe_key=f"rescore:{name}:{record}",
        )
