"""The audit log: append-only rows of the closed vocabulary. It fails closed: no row, no action."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache
from sqlalchemy import Connection, false, insert, literal, select, text

from app.audit.events import EVENTS
from app.audit.redaction import REDACTED, clean
from app.db import Database
from app.db.insert_new import insert_all_new
from app.db.schema import audit
from app.errors import StoreUnavailable
from app.metrics import Metrics

_COLUMNS = frozenset(("connection", "viewer", "session", "record", "component", "decision", "reference", "reason"))
_REMEMBERED = 50_000  # views; one that was forgotten is asked of the database again, and is there
_VIEW = "view.shown"


_ADD = insert(audit)  # made once: to put a statement together takes longer than to run it
# refused where a row would be, and adds none
_TRY = insert(audit).from_select(
    ["at", "event", "family"], select(literal(0.0), literal(""), literal("")).where(false())
)


class UnknownEvent(TypeError):
    """A call that is not in the vocabulary: a mistake of ours, found by the first test that runs it."""


@dataclass(frozen=True, slots=True)
class ViewRow:
    """One viewer saw one decision in one session."""

    connection: str
    viewer: str
    session: str
    record: str
    component: str
    decision: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A row to be, with others: an event and its fields."""

    event: str
    fields: Mapping[str, Any]


class AuditLog:
    """Writes the audit. Within the caller's transaction where one is given, else in its own."""

    def __init__(self, database: Database, clock: Callable[[], float], metrics: Metrics) -> None:
        self._database, self._clock, self._metrics = database, clock, metrics
        self._shown: LRUCache[tuple[str, str], bool] = LRUCache(_REMEMBERED)
        self._lock = threading.Lock()

    def write(
        self,
        event: str,
        *,
        conn: Connection | None = None,
        detail: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        """Add a row. `detail` are more fields, for those that have no column; the table knows them all.

        Raises UnknownEvent for a name or fields that are not in the table, StoreUnavailable when the row
        could not be written: then what it tells of must not happen.
        """
        row = self._row(event, {**fields, **(detail or {})})
        with self._transaction(conn) as writer:
            writer.execute(_ADD, row)

    def write_all(self, entries: Iterable[Entry], *, conn: Connection | None = None) -> None:
        """Add rows that happen together, as `write` does: all of them or none."""
        rows = [self._row(entry.event, entry.fields) for entry in entries]
        if rows:
            with self._transaction(conn) as writer:
                writer.execute(_ADD, rows)

    def views(self, rows: Sequence[ViewRow]) -> int:
        """Note who saw what, once for each session and decision; what is noted already costs no I/O. How many were new.

        Raises StoreUnavailable: then nothing may be shown.
        """
        with self._lock:
            new = [row for row in rows if self._shown.get((row.session, row.decision)) is None]
        if not new:
            return 0
        values = [self._row(_VIEW, {name: getattr(row, name) for name in ViewRow.__slots__}) for row in new]
        with self._transaction(None) as writer:
            insert_all_new(writer, audit, values, ("session", "decision"), text("event = 'view.shown'"))
        with self._lock:  # only after the commit
            self._shown.update({(row.session, row.decision): True for row in new})
        return len(new)

    def require_writable(self) -> None:
        """Raises StoreUnavailable while no row can be written. After a failure only a row that was written tells:
        a full disk is seen by nothing less."""
        since = self._database.write_failed_at
        with self._database.begin() as conn:
            conn.execute(_TRY)
            if since is not None:
                self.write("audit.resumed", conn=conn, detail={"since": since})

    def _row(self, event: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        known = EVENTS.get(event)
        if known is None:
            raise UnknownEvent(f"There is no audit event {event}; they are listed in app/audit/events.py.")
        if not known.required <= fields.keys() <= known.fields:
            missing, unknown = known.required - fields.keys(), fields.keys() - known.fields
            raise UnknownEvent(f"{event}: missing {sorted(missing)}, unknown {sorted(unknown)}.")
        cleaned = {name: clean(value) for name, value in fields.items()}
        detail = {name: value for name, value in cleaned.items() if name not in _COLUMNS and value is not None}
        written = json.dumps(detail, sort_keys=True) if detail else None
        if REDACTED in cleaned.values() or (written and REDACTED in written):
            self._metrics.count("redacted", event=event)
        row = {name: cleaned.get(name) for name in _COLUMNS} | {"version": cleaned.get("version")}
        return row | {"at": self._clock(), "event": event, "family": known.family, "detail": written}

    @contextmanager
    def _transaction(self, conn: Connection | None) -> Iterator[Connection]:
        if conn is not None:
            yield conn  # the caller's transaction translates its errors
            return
        try:
            with self._database.begin() as own:
                yield own
        except StoreUnavailable:
            self._metrics.count("audit_failures")
            raise


def new_reference() -> str:
    """A short id that a viewer can read out to an admin, who finds it in the audit."""
    return secrets.token_hex(4).upper()
