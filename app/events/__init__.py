"""Events from a host: a record changed, a hint to score again and never data; or what became of one in the end.

They come signed, in a host's own form, or through the customer's broker. Whichever way: each is used once, however
often it is sent, in whatever order; taken in with its audit row and its work in one transaction; answered at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.answer import band
from app.audit.log import AuditLog
from app.connections import Connection, Connections
from app.core.arms import key_of
from app.core.stored import StoredScores
from app.db import Database
from app.db.feedback import became as keep
from app.db.single_use import consume, consume_all
from app.events.changed import Changed
from app.events.said import Event, Told, changed_records, name_of, outcome_told, read_event
from app.events.signatures import TOLERANCE_S, EventRefused, require_token, verify
from app.figures import Figures
from app.figures.names import became
from app.hosts._event_forms import EventForm
from app.launch import Record

__all__ = ["Events"]

OUTCOME_KEPT_S = 400 * 86_400.0  # a record's outcome is not counted again for so long
BROKER_REPEATS_S = 7 * 86_400.0  # what a broker delivers again after it was away for so long is new
AT_ONCE = 10  # so many changed records are seen to before the answer, more of them right after it


class Events:
    """Takes events in. Every method says how many records it was about: 0 for a repeated one, which does nothing.

    `admit` is asked once an event is known to be the host's, and may raise. All raise BadRequest, StoreUnavailable.
    """

    def __init__(
        self,
        database: Database,
        connections: Connections,
        stored: StoredScores,
        figures: Figures,
        audit: AuditLog,
        clock: Callable[[], float],
    ) -> None:
        self._database, self._connections, self._stored = database, connections, stored
        self._figures, self._audit, self._clock = figures, audit, clock
        self.changed = Changed(database, connections, stored, clock)

    def accept(
        self,
        connection: Connection,
        headers: Mapping[str, str],
        body: bytes,
        admit: Callable[[], None] = lambda: None,
    ) -> int:
        """One that is signed. Raises EventRefused."""
        now = self._clock()
        event_id = verify(connection.settings.event_secrets, headers, body, now)
        admit()
        return self._read(connection, read_event(body), event_id, "signed", now, now + 2 * TOLERANCE_S)

    def accept_form(
        self,
        connection: Connection,
        form: EventForm,
        token: str,
        body: bytes,
        admit: Callable[[], None] = lambda: None,
    ) -> int:
        """One in a form of the host's own, with the token that it showed. Raises EventRefused."""
        require_token(connection.settings.event_tokens, token)
        event, now = form.read(body), self._clock()
        if not form.is_ours(connection.settings, event.organisation):
            raise EventRefused(reason="event-organisation-wrong")
        admit()
        return self._take(connection, event.records, form.shown, now, now + form.repeats_s)

    def deliver(self, connection: Connection, message: str, body: bytes) -> int:
        """One that came through the customer's broker, which let its sender in; `message` is its id there."""
        event, now = read_event(body), self._clock()
        return self._read(connection, event, name_of(event, message), "broker", now, now + BROKER_REPEATS_S)

    def _read(self, connection: Connection, event: Event, name: str, how: str, now: float, until: float) -> int:
        if event.is_outcome:
            return self._became(connection, outcome_told(event, now), name, how, now, until)
        records = [] if is_echo(connection, event.asked.data.fields) else changed_records(event)
        # one name for all of them: it counts once, with the first
        return self._take(connection, [(name, each) for each in records], how, now, until)

    def _take(
        self, connection: Connection, told: Sequence[tuple[str, Record]], how: str, now: float, until: float
    ) -> int:
        with self._database.begin() as conn:
            names = {name: _used(how, name) if name else "" for name, _ in told}  # without one it is always new
            fresh = {"", *consume_all(conn, connection.name, [each for each in names.values() if each], until, now)}
            records = list(dict.fromkeys(record for name, record in told if names[name] in fresh))
            repeated = bool(names) and fresh.isdisjoint(names.values())
            self._write(conn, connection, next(iter(names), ""), how, len(records), repeated=repeated)
            if len(records) > AT_ONCE:
                self.changed.later(conn, connection.name, records, now)
            else:
                self.changed.outdate(conn, connection.name, records, now)
        return len(records)

    def _became(self, connection: Connection, told: Told, name: str, how: str, now: float, until: float) -> int:
        bands: list[tuple[str, str]] = []
        with self._database.begin() as conn:
            repeated = bool(name) and not consume(conn, connection.name, _used(how, name), until, now)
            self._write(conn, connection, name, how, int(not repeated), repeated=repeated)
            if repeated:
                return 0
            keep(conn, connection.name, told.record.type, told.record.id, told.outcome, told.at)
            if consume(conn, connection.name, f"outcome:{told.record}", now + OUTCOME_KEPT_S, now):
                names = self._connections.readers_of(connection.name)
                bands = [(each, word) for each in names if (word := self._band(conn, each, told))]
        for each, word in bands:
            self._figures.count(each, "", became(word, told.outcome))
        return 1

    def _write(self, conn: Any, connection: Connection, name: str, how: str, records: int, *, repeated: bool) -> None:
        event = "event.repeated" if repeated else "event.accepted"
        facts = {"event_id": name or None, "how": str(how)} | ({} if repeated else {"records": records})
        self._audit.write(event, conn=conn, connection=connection.name, detail=facts)

    def _band(self, conn: Any, name: str, told: Told) -> str:
        """The band of the last score before it came so, by the capability's bands; empty where there was none."""
        connection = self._connections.get(name)
        capability = connection.capability_for(told.record)
        value = self._stored.before(conn, key_of(name, capability, told.record), told.at) if capability else None
        return band(value, capability.bands) if capability and value is not None else ""


def _used(how: str, name: str) -> str:
    """What is used up. Ids are each way's own: who may write into a queue cannot use up those of signed events."""
    return f"broker-event:{name}" if how == "broker" else f"event:{name}"


def is_echo(connection: Connection, named: Any) -> bool:
    """Whether an event tells only of fields that we write ourselves, and that no core reads: else each write would
    cause a score, and each score a write."""
    ours = {each.lower() for one in connection.settings.write_back.values() for each in one.names}
    return bool(named) and isinstance(named, list) and all(str(each).lower() in ours for each in named)
