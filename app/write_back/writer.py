"""The work of a write-back: read the record, compare, write what differs under the host's lock, say what came of it.

A job may run twice, or be killed anywhere. Values are absolute, and what a record holds already is not written again;
what is about to be written is remembered first, so that nobody mistakes our own half-done write for somebody's.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
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
from app.net.retry import Breaker, Circuit
from app.write_back import rows as write_backs
from app.write_back.plan import Kept, Plan, planned
from app.write_back.rows import CONFLICT, LEFT, QUEUED, REFUSED, WRITTEN, Place, Row

ANNOUNCED = "write-back"  # the kind of change that says: a record's state of this is another
HELD_S = 30.0  # how long a killed worker's row waits for another; more than a read and a write may take
TRIES = 3  # at once, while others change other fields of the record
PAUSE_S, PAUSE_MOST_S = 2.0, 600.0  # between tries at a host that does not answer
OFF_S = 60.0  # while the connection is switched off
PATIENCE_S = 5.0  # how long a thread waits for its quota

T = TypeVar("T")


class _Over(Exception):
    """The row was erased, or is another worker's by now."""


@dataclass(slots=True)
class _Pace:
    """How a host took what was asked last, for all write-backs of a connection in this process."""

    circuit: Circuit = field(default_factory=lambda: Circuit(Breaker()))
    quiet_until: float = 0.0  # as it asked for


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
        self._paces: dict[str, _Pace] = {}

    def run(self, place: Place) -> None:
        """Bring one record to what it is to hold. Raises Postponed until that is done or refused, StoreUnavailable."""
        pace = self._paces.setdefault(place.connection, _Pace())
        self._require_turn(pace)
        attempt = self._taken(place)
        if attempt is None:
            return
        try:
            state, why = self._write(attempt)
        except _Over:
            return
        except WriteRefused as no:
            attempt.kept = replace(attempt.kept, words=no.words, fields=no.fields)
            self._settle(attempt, REFUSED, no.why)
        except Changed as faster:
            pace.circuit.succeeded()
            self._wait(attempt, "changed", faster.retry_after_s or 1.0)
        except HostUnavailable as away:
            self._hold(pace, away)
            self._wait(attempt, away.reason, max(_pause_s(attempt.row.tries), away.retry_after_s or 0.0), away)
        else:
            self._settle(attempt, state, why)
        pace.circuit.succeeded()

    def _require_turn(self, pace: _Pace) -> None:
        """Raises Postponed while the host asked for quiet, or does not answer."""
        wait_s = pace.quiet_until - self._clock()
        if wait_s > 0:
            raise Postponed(reason="host-asked-for-quiet", retry_after_s=wait_s)
        if not pace.circuit.admit():
            raise Postponed(reason="host-away", retry_after_s=max(pace.circuit.retry_after_s(), 1.0))

    def _hold(self, pace: _Pace, away: HostUnavailable) -> None:
        pace.circuit.failed()
        if away.retry_after_s:
            pace.quiet_until = max(pace.quiet_until, self._clock() + away.retry_after_s)

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
            with self._database.begin() as conn:
                write_backs.note(conn, row, owner, held_by="", held_until=0.0)
            raise Postponed(reason="switched-off", retry_after_s=OFF_S)
        [text] = self._sealer.open_all([(row.kept, place.context)]) if row.kept else [None]
        return _Attempt(row, connection, fields, connection.host.writes, owner, Kept.read(text))

    def _write(self, attempt: _Attempt) -> tuple[str, str]:
        """State and reason that it ends in. Raises WriteRefused, Changed, HostUnavailable."""
        for _ in range(TRIES):
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
            return WRITTEN, ""
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
        """One call to the host, within what the connection allows to work that nobody waits for."""
        rate = attempt.connection.settings.limit_calls
        if rate is not None:
            name = f"host:{attempt.connection.name}"
            wait_s = reserve(self._database, name, 1, rate, self._clock(), PATIENCE_S)
            if wait_s > PATIENCE_S:
                raise HostUnavailable(reason="quota", retry_after_s=wait_s)
            self._sleep(wait_s)
        return self._connections.with_host(attempt.connection, ask)

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
            if write_backs.note(conn, row, attempt.owner, **values) and away is not None and not row.tries:
                facts = {"capability": row.capability, "retries": 1}
                named = {"connection": row.connection, "record": row.place.record, "reason": away.reason}
                self._audit.write("host.failed", conn=conn, **named, detail=facts)
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
            if row.cause == "review" or state != WRITTEN:
                announce(conn, ANNOUNCED, row.connection, row.place.record, at=now)
        self._metrics.count("write_backs", connection=row.connection, outcome="same" if not fields else state)

    def _sealed(self, attempt: _Attempt, kept: Kept) -> bytes:
        place = attempt.row.place
        [sealed] = self._sealer.seal_all([Sealing(place.connection, place.record, kept.written_down(), place.context)])
        return sealed


def _pause_s(tries: int) -> float:
    """Twice as long each time; half of it is chance, so that what failed together does not come back together."""
    return min(PAUSE_S * 2.0 ** min(tries, 16), PAUSE_MOST_S) * random.uniform(0.5, 1.0)  # noqa: S311 no secret
