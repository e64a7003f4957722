"""Zendesk's API: what is asked, what an answer means, and that nothing but a yes is a yes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.errors import HostUnavailable, SessionExpired, TimedOut
from app.hosts._once import held_since
from app.hosts.zendesk.api import check_access, read_records
from app.launch import Access, Record
from app.net.door import Response
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._proofs import CLOCK
from tests.hosts.zendesk.described import ACCOUNT, good

NO = Access(allowed=False)
ONE, TWO, PERSON = Record("ticket", "1"), Record("ticket", "2"), Record("user", "7")
CONNECTION = good().connection


def found(*rows: dict[str, Any], kind: str = "tickets") -> Response:
    return answer({kind: list(rows)})


def access(door: ScriptedDoor, *records: Record, fields: tuple[str, ...] = (), token: str = "viewer-token") -> Any:
    return check_access(door.call, CONNECTION, ACCOUNT, token, records, fields)


def read(door: ScriptedDoor, *records: Record, fields: tuple[str, ...] = ("priority",)) -> dict[Record, dict[str, Any]]:
    return read_records(door.call, CONNECTION, "service-token", records, fields)


def test_records_are_asked_for_with_the_viewers_token() -> None:
    custom = [{"id": 360001, "value": "gold"}, {"id": 2, "value": None}]
    door = ScriptedDoor(found({"id": 2, "priority": "high", "status": "", "custom_fields": custom}, {"id": 1}))
    seen = access(door, TWO, ONE, fields=("priority", "status", "custom_field_360001", "custom_field_2"))
    assert seen == {ONE: Access(True), TWO: Access(True, frozenset({"priority", "custom_field_360001"}))}
    (request,) = door.asked
    url = urlsplit(request.url)
    assert (request.method, f"{url.scheme}://{url.netloc}", url.path, url.query) == (
        "GET", ACCOUNT, "/api/v2/tickets/show_many.json", "ids=1,2",
    )  # fmt: skip
    assert request.headers["Authorization"] == "Bearer viewer-token"


def test_200_records_are_two_questions_and_each_kind_its_own() -> None:
    door = ScriptedDoor(answer({"tickets": [], "users": []}))
    access(door, *(Record("ticket", str(number)) for number in range(1, 201)), PERSON)
    assert [urlsplit(each.url).path.split("/")[3] for each in door.asked] == ["tickets", "tickets", "users"]


@pytest.mark.parametrize("row", [{}, {"id": 2}, {"id": None}, {"id": "1 "}, {"id": [1]}])
def test_only_the_record_itself_is_a_yes(row: dict[str, Any]) -> None:
    assert access(ScriptedDoor(found(row)), ONE) == {ONE: NO}


@pytest.mark.parametrize("record", ["ticket/1.json", "ticket/0", "ticket/1=1", "invoice/1", "ticket/me"])
def test_what_is_no_id_is_not_asked_for(record: str) -> None:
    door = ScriptedDoor(found())
    assert set(access(door, Record.parse(record)).values()) == {NO}
    assert door.asked == []


@pytest.mark.parametrize("status", [403, 404])
def test_a_viewer_who_may_not_is_told_no_and_an_identity_who_may_not_is_an_error(status: int) -> None:
    assert access(ScriptedDoor(answer({"error": "x"}, status)), ONE) == {ONE: NO}
    if status == 403:
        with pytest.raises(HostUnavailable) as away:
            read(ScriptedDoor(answer({"error": "x"}, status)), ONE)
        assert away.value.reason == "host-status-403"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (answer({}, 429, Retry_After="7"), "host-status-429"),
        (answer({}, 500), "host-status-500"),
        (Response(200, body=b"<html>"), "host-answer-shape"),
        (answer({"tickets": {}}), "host-answer-shape"),
        (answer({"tickets": ["1"]}), "host-answer-shape"),
        (TimedOut(), "host-timed-out"),
    ],
)
def test_what_is_no_answer_is_no_yes(said: Any, reason: str) -> None:
    with pytest.raises(HostUnavailable) as away:
        access(ScriptedDoor(said), ONE)
    assert away.value.reason == reason
    if reason.endswith("429"):
        assert away.value.retry_after_s == 7


def test_a_dead_token_and_another_address_end_the_session() -> None:
    with pytest.raises(SessionExpired):
        access(ScriptedDoor(answer({}, 401)), ONE)
    with pytest.raises(SessionExpired):
        check_access(ScriptedDoor().call, CONNECTION, "https://evil.example", "viewer-token", (ONE,), ())


@pytest.mark.parametrize("opened", [True, False])
def test_who_came_by_a_launch_alone_is_let_in_by_the_connection_s_word_only(opened: bool) -> None:
    door, connection = ScriptedDoor(), replace(CONNECTION, open_records=opened)
    seen = check_access(door.call, connection, ACCOUNT, held_since(CLOCK), (ONE,), ("priority",))
    assert seen == {ONE: Access(True, frozenset({"priority"})) if opened else NO}
    assert door.asked == []


def test_fields_are_read_as_they_are_and_empty_ones_left_out() -> None:
    row = {"id": 7, "name": "Zoë", "notes": "", "user_fields": {"tier": "gold"}, "tags": ["a"]}
    door = ScriptedDoor(found(row, kind="users"))
    assert read(door, PERSON, fields=("name", "notes", "tier", "tags")) == {PERSON: {"name": "Zoë", "tier": "gold"}}
    with pytest.raises(HostUnavailable):
        read(door, PERSON, fields=("na/me",))
