"""What an event of our own form may say."""

from __future__ import annotations

import json
import re

import pytest

from app.errors import BadRequest
from app.events.said import Event, changed_records, name_of, outcome_told, read_event

NOW = 1_795_000_000.0


@pytest.mark.parametrize("data", [{"record": "Lead/1"}, {"records": ["Lead/1", "Lead/1"]}])
def test_it_names_records(data: object) -> None:
    body = json.dumps({"type": "record.changed", "data": data}).encode()
    assert [str(each) for each in changed_records(read_event(body))] == ["Lead/1"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b'{"type": "record.changed"}',
        b'{"type": "record.deleted", "data": {"record": "Lead/1"}}',
        b'{"type": "record.changed", "data": {"record": 1}}',
        b'{"type": "record.changed", "data": {"records": []}}',
        b'{"type": "record.changed", "data": {"records": "Lead/1"}}',
        b'{"type": "record.changed", "data": {"record": "<script>"}}',
        b'{"type": "record.changed", "data": "record"}',
        b'{"type":' * 5000,
        json.dumps({"type": "record.changed", "data": {"records": [f"Lead/{n}" for n in range(201)]}}).encode(),
    ],
)
def test_anything_else_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(BadRequest):
        changed_records(read_event(body))


def test_a_name_that_no_database_takes_is_kept_by_its_digest() -> None:
    """It would have been a bug at the row, and the message given back for ever."""
    told = {"type": "record.changed", "source": "crm", "id": "a\0b", "data": {"record": "Lead/1"}}
    assert re.fullmatch("[0-9a-f]{64}", name_of(read_event(json.dumps(told).encode()), ""))


def outcome(**changes: object) -> bytes:
    data = {"record": "Lead/1", "outcome": "converted", "at": "2026-11-18T00:00:00Z"} | changes
    return json.dumps({"type": "record.outcome", "data": data}).encode()


def test_an_outcome_says_what_and_when() -> None:
    told = outcome_told(read_event(outcome()), NOW)
    assert (str(told.record), told.outcome, told.at) == ("Lead/1", "converted", 1_794_960_000.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "sold"},
        {"at": "2026-11-18T00:00:00"},  # of which zone?
        {"at": "2036-01-01T00:00:00Z"},
        {"at": 5},
        {"at": None},
        {"record": "<script>"},
    ],
)
def test_an_outcome_that_says_anything_else_is_a_bad_request(changes: dict[str, object]) -> None:
    with pytest.raises(BadRequest):
        outcome_told(read_event(outcome(**changes)), NOW)


def event(**changes: object) -> Event:
    return read_event(json.dumps(CLOUD | changes).encode())


CLOUD = {"specversion": "1.0", "id": "7", "source": "/crm", "type": "record.changed", "data": {"record": "Lead/1"}}


def test_a_cloud_event_is_called_by_its_id_within_its_source() -> None:
    assert name_of(event(), "message-1") == name_of(event(), "message-2") == "/crm 7"
    assert [str(each) for each in changed_records(event())] == ["Lead/1"]
    assert len({name_of(event(source=each), "") for each in ("/crm", "/erp", "/crm/7")}) == 3


@pytest.mark.parametrize("change", [{"id": 7}, {"id": ""}, {"source": None}, {"source": ""}, {"source": "/crm 7"}])
def test_what_has_no_source_and_id_goes_by_its_message(change: dict[str, object]) -> None:
    """A source with a space in it is none: with its id it could be read as another's."""
    assert name_of(event(**change), "message-1") == "message-1"
    assert name_of(event(**change), "") == ""


def test_long_names_are_told_apart_to_their_end() -> None:
    names = {name_of(event(id="x" * 600 + end), "") for end in "ab"} | {name_of(event(id=""), "y" * 600)}
    assert sorted(map(len, names)) == [64, 64, 64]
