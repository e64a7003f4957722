"""The work of a write-back: read the record, compare, write what differs under the host's lock, say what came of it.

A job may run twice, or be killed anywhere. Values are absolute, and what a record holds already is not written again;
what is about to be written is remembered first, so that nobody mistakes our own half-done write for somebody's.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from app.audit.log import AuditLog
from app.config import WriteBack
from app.connections import Connection, Connections
from app.db import Database
from app.db.epochs import announce
from app.db.jobs import Postponed
from app.db.quotas import reserve
from app.errors import HostUnavailable
from app.hosts._write import Changed, Current, WriteRefused, Writes
from app.keys.subjects import Sealer, Sealing
from app.launch import Record
from app.metrics import Metrics
from app.review.write_back import rows as write_backs
from app.review.write_back.pace import Paces
from app.review.write_back.plan import Kept, Plan, planned
from app.review.write_back.rows import CHANGED, CONFLICT, LEFT, QUEUED, REFUSED, WRITTEN, Place, Row

ANNOUNCED = "write-back"  # the kind of change that says: a record's state of this is another
HELD_S = 30.0  # how long a killed worker's row waits for another; more than a read and a write may take
TRIES = 3  # at once, while others change other fields of the record
OFF_S = 60.0  # while the connection is switched off
PATIENCE_S = 5.0  # how long a thread waits for its quota

T = TypeVar("T")


class _Over(Exception):
    """The row was erased, or is another worker's by now."""


@dataclass(slots=True)
class _Attempt:
    """One worker at one row. `kept` grows on the way, so that whatever ends it knows what was tried."""

    row: Row
    connection: Connection
    fields: WriteBack
    writes: Writes
    owner: str
    kept: Kept
    wrote: tuple[str, ...] = ()

    @property
    def record(self) -> Record:
        return Record(self.row.record_type, self.row.record_id)


class Writer:
    """Does the jobs of write-backs. Shared by all threads."""

    def __init__(
        self,
        connections: Connections,
        sealer: Sealer,
        database: Database,
        audit: AuditLog,
        metrics: Metrics,
        clock: Callable[[], float],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connections, self._sealer, self._database = connections, sealer, database
        self._audit, self._metrics, self._clock, self._sleep = audit, metrics, clock, sleep
        self._paces = Paces(clock)

    def run(self, place: Place) -> None:
        """Bring one record to what it is to hold. Raises Postponed until that is done or refused, StoreUnavailable."""
        try:
            self._paces.require_turn(place.connection)
        except Postponed as later:
            self._spare(place, later.reason)
            raise
        attempt = self._taken(place)
        if attempt is None:
            return
        try:
            state, why = self._write(attempt)
        except _Over:
            return
        except Postponed:
            self._give_back(attempt.row, attempt.owner)
            raise
        except WriteRefused as no:
            attempt.kept = replace(attempt.kept, words=no.words, fields=no.fields)
            self._settle(attempt, REFUSED, no.why)
        except Changed as faster:
            self._paces.answered(place.connection)
            self._wait(attempt, CHANGED, faster.retry_after_s or 1.0)
        except HostUnavailable as away:
            pause_s = self._paces.away(place.connection, away, attempt.row.tries)
            self._wait(attempt, away.reason, pause_s, away)
        else:
            self._settle(attempt, state, why)
        self._paces.answered(place.connection)

    def _taken(self, place: Place) -> _Attempt | None:
        """The row, if it is ours now and waits for somebody. Raises Postponed while another has it."""
        owner, now = secrets.token_hex(8), self._clock()
        with self._database.begin() as conn:
            mine = write_backs.take(conn, place, owner, now, now + HELD_S)
            row = write_backs.find(conn, place)
            if row is None:
                return None
            if not mine:
                raise Postponed(reason="written-elsewhere", retry_after_s=max(row.held_until - now, 0.5))
            if row.state != QUEUED:
                write_backs.note(conn, row, owner, held_by="", held_until=0.0)
                return None
        known = place.connection in self._connections
        connection = self._connections.get(place.connection) if known else None
        fields = connection.settings.write_back.get(place.capability) if connection else None
        if connection is None or fields is None or connection.host.writes is None:
            with self._database.begin() as conn:  # the configuration has changed since
                write_backs.settle(conn, row, owner, LEFT, "", now, row.kept)
            return None
        if not connection.settings.rollout:
            self._give_back(row, owner)
            raise Postponed(reason="switched-off", retry_after_s=OFF_S)
        [text] = self._sealer.open_all([(row.kept, place.context)]) if row.kept else [None]
        return _Attempt(row, connection, fields, connection.host.writes, owner, Kept.read(text))

    def _spare(self, place: Place, why: str) -> None:
        """The host is not asked for this one: whoever looks at its record is told once why it waits."""
        with self._database.read() as conn:  # mostly it is said already, and on SQLite only one may write
            row = write_backs.find(conn, place)
        if row is None or row.state != QUEUED or row.waits_for:
            return
        with self._database.begin() as conn:
            if write_backs.spared(conn, row, why, now := self._clock()) and row.is_told:
                announce(conn, ANNOUNCED, row.connection, row.place.record, at=now)

    def _give_back(self, row: Row, owner: str) -> None:
        """It is as it was, and anybody's."""
        with self._database.begin() as conn:
            write_backs.note(conn, row, owner, held_by="", held_until=0.0)

    def _write(self, attempt: _Attempt) -> tuple[str, str]:
        """State and reason that it ends in. Raises WriteRefused, Changed, HostUnavailable."""
        for _ in range(TRIES):
            self._require_calls(attempt)
            current = self._read(attempt)
            plan = planned(attempt.row, attempt.fields, attempt.kept, current.values)
            if plan.taken:
                attempt.kept = replace(attempt.kept, words="", fields=plan.taken)
                return CONFLICT, "by-hand"
            kept = plan.before_it(attempt.kept, current.values, forced=bool(attempt.row.forced))
            if plan.write:
                self._remember(attempt, kept)
                if not self._put(attempt, plan, current):
                    continue
            attempt.kept, attempt.wrote = plan.after_it(kept), tuple(plan.write)
            return WRITTEN, "by-hand" if plan.left else ""
        raise Changed(retry_after_s=1.0)

    def _read(self, attempt: _Attempt) -> Current:
        settings = attempt.connection.settings
        current = self._asked(
            attempt,
            lambda call, token: attempt.writes.read(call, settings, token, attempt.record, attempt.fields.names),
        )
        if current is None:
            raise WriteRefused("gone")
        return current

    def _put(self, attempt: _Attempt, plan: Plan, current: Current) -> bool:
        """Whether it was written; False where somebody was faster, and it can be looked at again at once."""
        settings = attempt.connection.settings
        try:
            self._asked(
                attempt,
                lambda call, token: attempt.writes.write(
                    call, settings, token, attempt.record, plan.write, current.version
                ),
            )
        except Changed as faster:
            if faster.retry_after_s:
                raise
            return False
        return True

    def _asked(self, attempt: _Attempt, ask: Callable[..., T]) -> T:
        return self._connections.with_host(attempt.connection, ask)

    def _require_calls(self, attempt: _Attempt) -> None:
        """For a read and its write together, within what the connection allows to work that nobody waits for.

        Raises Postponed.
        """
        rate = attempt.connection.settings.limit_calls
        if rate is None:
            return
        wait_s = reserve(self._database, f"host:{attempt.connection.name}", 2, rate, self._clock(), PATIENCE_S)
        if wait_s > PATIENCE_S:
            raise Postponed(reason="quota", retry_after_s=wait_s)
        self._sleep(wait_s)

    def _remember(self, attempt: _Attempt, kept: Kept) -> None:
        sealed, now = self._sealed(attempt, kept), self._clock()
        with self._database.begin() as conn:
            values = {"kept": sealed, "held_until": now + HELD_S}
            if not write_backs.note(conn, attempt.row, attempt.owner, **values):
                raise _Over
        attempt.kept = kept

    def _wait(self, attempt: _Attempt, why: str, pause_s: float, away: HostUnavailable | None = None) -> None:
        """Put it back. What is told to viewers and to the audit is told once. Raises Postponed."""
        row, now = attempt.row, self._clock()
        with self._database.begin() as conn:
            values = {"why": why, "tries": row.tries + 1, "held_by": "", "held_until": 0.0}
            if write_backs.note(conn, row, attempt.owner, **values) and away is not None:
                if not row.tries:
                    facts = {"capability": row.capability, "retries": 1}
                    named = {"connection": row.connection, "record": row.place.record, "reason": away.reason}
                    self._audit.write("host.failed", conn=conn, **named, detail=facts)
                if row.is_told and not row.waits_for:  # the words change
                    announce(conn, ANNOUNCED, row.connection, row.place.record, at=now)
        self._metrics.count("write_backs", connection=row.connection, outcome="retried")
        raise Postponed(reason=why, retry_after_s=pause_s)

    def _settle(self, attempt: _Attempt, state: str, why: str) -> None:
        """Keep what came of it with its audit row, and tell everybody who may be looking."""
        row, now, sealed = attempt.row, self._clock(), self._sealed(attempt, attempt.kept)
        fields = attempt.wrote if state == WRITTEN else attempt.kept.fields
        facts = {"capability": row.capability, "cause": row.cause, "version": row.version, "fields": " ".join(fields)}
        named = {"connection": row.connection, "record": row.place.record, "decision": row.decision or None}
        with self._database.begin() as conn:
            if not write_backs.settle(conn, row, attempt.owner, state, why, now, sealed):
                return
            self._audit.write(f"writeback.{state}", conn=conn, reason=why or None, **named, detail=facts)
            if row.is_told or state != WRITTEN:
                announce(conn, ANNOUNCED, row.connection, row.place.record, at=now)
        self._metrics.count("write_backs", connection=row.connection, outcome="same" if not fields else state)

    def _sealed(self, attempt: _Attempt, kept: Kept) -> bytes:
        place = attempt.row.place
        [sealed] = self._sealer.seal_all([Sealing(place.connection, place.record, kept.written_down(), place.context)])
        return sealed
