"""What admins see of write-backs, and do: have what is parked tried again, or leave the record as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.audit.log import AuditLog
from app.db import Database
from app.db.epochs import announce
from app.db.jobs import Priority
from app.keys.subjects import Sealer
from app.launch import Record
from app.review.write_back import kept_of, queue
from app.review.write_back import rows as write_backs
from app.review.write_back.plan import Kept
from app.review.write_back.rows import CONFLICT, LEFT, PARKED, QUEUED, WRITTEN, Place, Row
from app.review.write_back.writer import ANNOUNCED

MOST = 100  # of each state


@dataclass(frozen=True, slots=True)
class Seen:
    """A write-back with what is sealed of it. `words` are the host's: untrusted text."""

    row: Row
    kept: Kept


class Desk:
    """Reads and mends. Every method raises StoreUnavailable."""

    def __init__(self, sealer: Sealer, database: Database, audit: AuditLog, clock: Callable[[], float]) -> None:
        self._sealer, self._database, self._audit, self._clock = sealer, database, audit, clock

    def standing(self, connection: str = "") -> dict[str, int]:
        """How many records are in each state, of one connection or of all."""
        with self._database.read() as conn:
            counts = write_backs.counts(conn)
        found: Counter[str] = Counter({QUEUED: 0, WRITTEN: 0, **dict.fromkeys(PARKED, 0)})
        for (name, state), records in counts.items():
            if connection in ("", name):
                found[state] += records
        return dict(found)

    def seen(self, connection: str, state: str) -> list[Seen]:
        """The newest of a connection in one state."""
        with self._database.read() as conn:
            rows = write_backs.listed(conn, connection, [state], MOST)
        return [Seen(row, kept_of(self._sealer, row)) for row in rows]

    def replay(self, connection: str, places: Sequence[Place], admin: str) -> int:
        """Try these again, or (none named) all that the host refused; how many.

        What somebody changed by hand is written over only where it was named: then an admin has looked at it.
        """
        with self._database.begin() as conn:
            chosen = self._chosen(conn, connection, places, only=PARKED if places else ("refused",))
            for row in chosen:
                write_backs.wish(conn, row.place, self._clock(), forced=int(row.state == CONFLICT))
                queue(conn, row.place, Priority.CHANGED)
            self._told(conn, "writeback.replayed", connection, chosen, admin)
        return len(chosen)

    def leave(self, connection: str, places: Sequence[Place], admin: str) -> int:
        """Leave these records as they are; how many. The next score or review is tried as ever."""
        with self._database.begin() as conn:
            chosen = self._chosen(conn, connection, places, only=PARKED)
            for row in chosen:
                write_backs.mark(conn, row.place, LEFT, self._clock())
            self._told(conn, "writeback.left", connection, chosen, admin)
        return len(chosen)

    def _chosen(self, conn: Connection, connection: str, places: Sequence[Place], only: Sequence[str]) -> list[Row]:
        wanted = {place for place in places if place.connection == connection}
        rows = write_backs.listed(conn, connection, only, 10_000)
        return [row for row in rows if not places or row.place in wanted]

    def _told(self, conn: Connection, event: str, connection: str, rows: Sequence[Row], admin: str) -> None:
        for row in rows:
            announce(conn, ANNOUNCED, connection, row.place.record, at=self._clock())
        if rows:
            one = {"record": rows[0].place.record, "capability": rows[0].capability} if len(rows) == 1 else {}
            detail = {"admin": admin, "records": len(rows), **one}
            self._audit.write(event, conn=conn, connection=connection, detail=detail)


def place_of(connection: str, text: str) -> Place | None:
    """A place as a form names it: `capability|type/id`."""
    capability, found, name = text.partition("|")
    try:
        record = Record.parse(name)
    except ValueError:
        return None
    return Place(connection, capability, record.type, record.id) if found else None
