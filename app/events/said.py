"""What an event of our own form says: which records changed, or what became of one in the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.errors import BadRequest
from app.events.signatures import TOLERANCE_S
from app.figures.names import CONVERTED, NOT_CONVERTED
from app.launch import MAX_RECORDS, Record

CHANGED, OUTCOME = "record.changed", "record.outcome"


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a record, and when (seconds since the epoch). The first that is told of a record holds."""

    record: Record
    outcome: str  # converted, not-converted
    at: float


def read_event(body: bytes) -> Mapping[str, Any]:
    """An event of a type that we know. Raises BadRequest."""
    try:
        event = json.loads(body)
        if event["type"] in (CHANGED, OUTCOME):
            return dict(event)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadRequest('An event is {"type": "...", "data": {...}}.', reason="event-malformed") from error
    raise BadRequest(f"The types of events are {CHANGED} and {OUTCOME}.", reason="event-type-unknown")


def cloud_name(body: bytes) -> str:
    """What a CloudEvent is called: its id, within its source. Empty for what has none. Raises BadRequest."""
    event = read_event(body)
    named = (event.get("source"), event.get("id"))
    return " ".join(str(each)[:500] for each in named) if all(isinstance(each, str) and each for each in named) else ""


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
