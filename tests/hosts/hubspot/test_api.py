"""The CRM API: what is asked, and what an answer means."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import HostUnavailable, SessionExpired, TimedOut
from app.hosts.hubspot.api import read_records
from app.launch import Record
from app.net.door import Response
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts.hubspot.described import good

ONE, TWO, DEAL = Record("contacts", "1"), Record("contacts", "2"), Record("deals", "7")
FIELDS = ("jobtitle", "lifecyclestage")


def read(door: ScriptedDoor, *records: Record, fields: tuple[str, ...] = FIELDS) -> dict[Record, dict[str, Any]]:
    return read_records(door.call, good().connection, "the-app-s-token", records, fields)


def test_records_of_a_kind_are_one_question() -> None:
    rows = [{"id": "2", "properties": {"jobtitle": "CTO", "lifecyclestage": None}}, {"id": "9", "properties": {}}]
    door = ScriptedDoor(answer({"results": rows}, 207), answer({"results": []}))
    assert read(door, ONE, DEAL, TWO) == {TWO: {"jobtitle": "CTO"}}
    first, second = door.asked
    assert (first.method, first.url) == ("POST", "https://api.hubapi.com/crm/v3/objects/contacts/batch/read")
    assert first.json == {"properties": list(FIELDS), "inputs": [{"id": "1"}, {"id": "2"}]}
    assert first.headers["Authorization"] == "Bearer the-app-s-token"
    assert second.url.endswith("/deals/batch/read")


@pytest.mark.parametrize("record", ["contacts/1x", "contacts/0", "Contacts/1", "files/1", "contacts/me"])
def test_what_is_no_record_is_not_asked_for(record: str) -> None:
    door = ScriptedDoor()
    assert read(door, Record.parse(record)) == {}
    assert door.asked == []


def test_200_are_two_questions() -> None:
    door = ScriptedDoor(answer({"results": []}))
    read(door, *(Record("contacts", str(number)) for number in range(1, 201)))
    assert [len(each.json["inputs"]) for each in door.asked] == [100, 100]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (answer({}, 429, Retry_After="7"), "host-status-429"),
        (answer({}, 403), "host-status-403"),
        (Response(200, body=b"<html>"), "host-answer-shape"),
        (answer({"results": {}}), "host-answer-shape"),
        (TimedOut(), "host-timed-out"),
    ],
)
def test_what_is_no_answer(said: Any, reason: str) -> None:
    with pytest.raises(HostUnavailable) as away:
        read(ScriptedDoor(said), ONE)
    assert away.value.reason == reason


def test_a_dead_token_and_a_strange_field() -> None:
    with pytest.raises(SessionExpired):
        read(ScriptedDoor(answer({}, 401)), ONE)
    with pytest.raises(HostUnavailable):
        read(ScriptedDoor(), ONE, fields=("job/title",))
