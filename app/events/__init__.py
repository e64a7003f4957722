"""Events from a host: a record changed, a hint to score again and never data; or what became of one in the end.

The generic form is signed as Standard Webhooks has it (https://www.standardwebhooks.com): headers `webhook-id`,
`webhook-timestamp`, `webhook-signature`; HMAC-SHA256 over `id.timestamp.body`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.answer import band
from app.audit.log import AuditLog
from app.config import Secret
from app.connections import Connection, Connections
from app.core.stored import Key, StoredScores
from app.db import Database
from app.db.epochs import announce
from app.db.jobs import Priority, enqueue
from app.db.single_use import consume
from app.errors import BadRequest, InlayError
from app.figures import Figures
from app.figures.names import CONVERTED, NOT_CONVERTED, became
from app.keys import same
from app.keys.webhooks import decoded, digest
from app.launch import MAX_RECORDS, Record

CHANGED, OUTCOME = "record.changed", "record.outcome"
OUTCOME_KEPT_S = 400 * 86_400.0  # a record's outcome is not counted again for so long
TOLERANCE_S = 300.0  # how far a timestamp may be from our clock, either way


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a record, and when (seconds since the epoch). The first that is told of a record holds."""

    record: Record
    outcome: str  # converted, not-converted
    at: float


class EventRefused(InlayError):
    """An event whose signature, time or shape does not hold."""

    code, status, title = "refused", 403, "The event is not signed as this connection expects it."


class Events:
    """Takes events in: verified, used once, recorded and queued in one transaction, answered at once."""

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

    def accept(
        self,
        connection: Connection,
        headers: Mapping[str, str],
        body: bytes,
        admit: Callable[[], None] = lambda: None,
    ) -> int:
        """Take one event in; how many records it was about (0 for a repeated event, which is harmless).

        `admit` is asked once the event is known to be the host's, and may raise. Raises EventRefused, BadRequest,
        StoreUnavailable.
        """
        now = self._clock()
        event_id = verify(connection.settings.event_secrets, headers, body, now)
        admit()
        event = read_event(body)
        told = outcome_told(event, now) if event["type"] == OUTCOME else None
        records = [told.record] if told else changed_records(event)
        bands: list[tuple[str, str]] = []
        with self._database.begin() as conn:
            if not consume(conn, connection.name, f"event:{event_id}", now + 2 * TOLERANCE_S, now):
                return 0
            names = self._connections.readers_of(connection.name)
            if told is None:
                self._changed(conn, names, records, now)
            elif consume(conn, connection.name, f"outcome:{told.record}", now + OUTCOME_KEPT_S, now):
                bands = [(name, word) for name in names if (word := self._band(conn, name, told))]
            self._audit.write("event.accepted", conn=conn, connection=connection.name, records=len(records))
        for name, word in bands:
            self._figures.count(name, "", became(word, told.outcome if told else ""))
        return len(records)

    def _changed(self, conn: Any, names: Sequence[str], records: Sequence[Record], now: float) -> None:
        """For all connections that read these records, their scores are no longer fresh."""
        for record in records:
            for name in names:
                announce(conn, "score", name, str(record), at=now)
                # after the announcement, whose lock orders us; what nobody has looked at is not scored
                if self._stored.outdate(conn, name, record):
                    self._queue(conn, name, record, now)

    def _band(self, conn: Any, name: str, told: Told) -> str:
        """The band of the last score before it came so, by the capability's bands; empty where there was none."""
        connection = self._connections.get(name)
        capability = connection.capability_for(told.record)
        value = self._stored.before(conn, Key(name, capability.name, told.record), told.at) if capability else None
        return band(value, capability.bands) if capability and value is not None else ""

    def _queue(self, conn: Any, name: str, record: Record, now: float) -> None:
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


def verify(secrets: Sequence[Secret], headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The id of a correctly signed event. Raises EventRefused with the reason why not."""
    names = {name.lower(): value for name, value in headers.items()}
    event_id, stamp = names.get("webhook-id", ""), names.get("webhook-timestamp", "")
    if not event_id or len(event_id) > 128 or not stamp.isascii() or not stamp.isdigit():
        raise EventRefused(reason="event-headers-missing")
    if abs(now - int(stamp[:16])) > TOLERANCE_S:
        raise EventRefused(reason="event-time-wrong")
    offered = [decoded(each[3:]) for each in names.get("webhook-signature", "").split(" ") if each.startswith("v1,")]
    holds = False
    for secret in secrets:
        expected = digest(secret, event_id, stamp, body)
        for signature in offered[:8]:
            holds |= same(expected, signature) and bool(expected)
    if not holds:
        raise EventRefused(reason="event-signature-wrong")
    return event_id


def changed_records(event: Mapping[str, Any]) -> list[Record]:
    """The records that a `record.changed` event names. Raises BadRequest."""
    try:
        data = event["data"]
        named = data["records"] if "records" in data else [data["record"]]
        records = list(dict.fromkeys(Record.parse(each) for each in named))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadRequest(
            'An event is {"type": "record.changed", "data": {"record": "Lead/ID"}}.', reason="event-malformed"
        ) from error
    if not 0 < len(records) <= MAX_RECORDS:
        raise BadRequest(f"An event names 1 to {MAX_RECORDS} records.", reason="event-malformed")
    return records


def outcome_told(event: Mapping[str, Any], now: float) -> Told:
    """What a `record.outcome` event says. Raises BadRequest."""
    try:
        data = event["data"]
        at = datetime.fromisoformat(data["at"])
        told = Told(Record.parse(data["record"]), str(data["outcome"]), at.timestamp())
        if at.tzinfo is None or told.outcome not in (CONVERTED, NOT_CONVERTED) or told.at > now + TOLERANCE_S:
            raise ValueError("it is of no use")
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise BadRequest(
            'An outcome is {"type": "record.outcome", "data": {"record": "Lead/ID", "outcome": "converted" or '
            '"not-converted", "at": "2026-11-30T09:00:00Z"}}, and is not of the future.',
            reason="event-malformed",
        ) from error
    return told


def read_event(body: bytes) -> Mapping[str, Any]:
    """An event of a type that we know. Raises BadRequest."""
    try:
        event = json.loads(body)
        if event["type"] in (CHANGED, OUTCOME):
            return dict(event)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadRequest('An event is {"type": "...", "data": {...}}.', reason="event-malformed") from error
    raise BadRequest(f"The types of events are {CHANGED} and {OUTCOME}.", reason="event-type-unknown")
