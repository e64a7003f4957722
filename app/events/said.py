"""What an event of our own form says: which records changed, or what became of one in the end."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import UnsetType

from app.errors import BadRequest
from app.events.signatures import TOLERANCE_S
from app.launch import Record
from app.machines.api.forms import CHANGE_LIKE, OUTCOME_LIKE, EventAsked
from app.machines.api.reading import read_form, read_object

OUTCOME = "record.outcome"
_SOURCE = re.compile(r"\S+")  # a URI reference: RFC 3986 has no spaces
_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a record, and when (seconds since the epoch). The first that is told of a record holds."""

    record: Record
    outcome: str  # converted, not-converted
    at: float


@dataclass(frozen=True, slots=True)
class Event:
    """What came, and what we read of it."""

    raw: Mapping[str, Any]
    asked: EventAsked

    @property
    def is_outcome(self) -> bool:
        """Whether it says what became of a record; else, that one changed."""
        return self.asked.type == OUTCOME


def read_event(body: bytes) -> Event:
    """An event of a type that we know. Raises BadRequest."""
    raw = read_object(body, 'An event is {"type": "...", "data": {...}}.', "event-malformed")
    return Event(raw, read_form(raw, EventAsked))


def name_of(event: Event, message: str) -> str:
    """What an event of a broker is known by when it comes again. A CloudEvent's id is its own within its source, so
    nobody else in the same queue can use it up (https://github.com/cloudevents/spec/blob/main/cloudevents/spec.md#id);
    what names no source goes by the id of its `message`. Empty where there is none."""
    source, own = event.raw.get("source"), event.raw.get("id")
    if isinstance(source, str) and isinstance(own, str) and own and _SOURCE.fullmatch(source):
        return _short(f"{source} {own}")
    return _short(message)


def _short(name: str) -> str:
    """One that is very long, or cannot be kept, by its digest."""
    if len(name) <= _MAX_NAME and "\0" not in name:
        return name
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def changed_records(event: Event) -> list[Record]:
    """The records that a `record.changed` event names. Raises BadRequest."""
    data = event.asked.data
    named = [data.record] if isinstance(data.records, UnsetType) else data.records
    records = [Record.parse(each) for each in dict.fromkeys(named) if not isinstance(each, UnsetType)]
    if not records:
        raise BadRequest(CHANGE_LIKE, reason="event-malformed")
    return records


def outcome_told(event: Event, now: float) -> Told:
    """What a `record.outcome` event says. Raises BadRequest."""
    data = event.asked.data
    at = _moment(data.at)
    if isinstance(data.record, UnsetType) or isinstance(data.outcome, UnsetType) or not at or at > now + TOLERANCE_S:
        raise BadRequest(OUTCOME_LIKE, reason="event-malformed")
    return Told(Record.parse(data.record), data.outcome, at)


def _moment(text: str | UnsetType) -> float | None:
    """Seconds since the epoch; None for what is no moment, or of no time zone."""
    try:
        at = datetime.fromisoformat(text if isinstance(text, str) else "")
        return at.timestamp() if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
