"""Dataverse's Web API: what is asked, what an answer means, and that nothing but a yes is a yes."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.errors import HostUnavailable, SessionExpired, TimedOut
from app.hosts.dynamics.api import check_access, read_records
from app.launch import Access, Record
from app.net.door import Response
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts.dynamics.described import ENVIRONMENT, good

NO = Access(allowed=False)
CONNECTION = good().connection


def row_id(number: int) -> str:
    return f"00aa00aa-bb11-4c22-8d33-{number:012x}"


ONE, TWO, CASE = (Record(table, row_id(number)) for table, number in (("lead", 1), ("lead", 2), ("incident", 1)))


def found(*rows: dict[str, Any]) -> Response:
    return answer({"value": list(rows)})


def access(door: ScriptedDoor, *records: Record, fields: tuple[str, ...] = ()) -> dict[Record, Access]:
    return check_access(door.call, CONNECTION, ENVIRONMENT, "viewer-token", records, fields)


def read(door: ScriptedDoor, *records: Record, fields: tuple[str, ...] = ("revenue",)) -> dict[Record, dict[str, Any]]:
    return read_records(door.call, CONNECTION, "app-token", records, fields)


def test_rows_are_asked_for_in_the_viewers_name() -> None:
    door = ScriptedDoor(found({"leadid": row_id(2).upper(), "revenue": 5, "industrycode": None}, {"leadid": row_id(1)}))
    seen = access(door, ONE, TWO, fields=("revenue", "industrycode", "Not A Column"))
    assert seen == {ONE: Access(True), TWO: Access(True, frozenset({"revenue"}))}
    (request,) = door.asked
    url = urlsplit(request.url)
    assert (f"{url.scheme}://{url.netloc}", url.path) == (ENVIRONMENT, "/api/data/v9.2/leads")
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert asked == {
        "$select": "leadid,revenue,industrycode",
        "$filter": f"Microsoft.Dynamics.CRM.In(PropertyName='leadid',PropertyValues=['{row_id(1)}','{row_id(2)}'])",
    }
    assert request.headers["Authorization"] == "Bearer viewer-token"


def test_a_row_has_one_spelling() -> None:
    """Dataverse takes capitals for the same row: each spelling would have scores, reviews and write-backs of its own,
    which an event does not outdate and an erasure does not find."""
    door, other = ScriptedDoor(found({"leadid": row_id(1), "revenue": 5})), Record("lead", row_id(1).upper())
    assert access(door, other) == {other: NO}
    assert read(door, other) == {}
    assert door.asked == []


def test_tables_are_asked_one_by_one_and_200_rows_are_two_questions() -> None:
    door = ScriptedDoor(found())
    access(door, CASE, *(Record("lead", row_id(number)) for number in range(200)))
    assert [urlsplit(each.url).path.rsplit("/")[-1] for each in door.asked] == ["incidents", "leads", "leads"]
    assert max(len(each.url) for each in door.asked) < 8_000


@pytest.mark.parametrize("row", [{}, {"leadid": row_id(2)}, {"leadid": None}, {"leadid": [row_id(1)]}])
def test_only_the_row_itself_is_a_yes(row: dict[str, Any]) -> None:
    assert access(ScriptedDoor(found(row)), ONE) == {ONE: NO}


@pytest.mark.parametrize("record", ["lead/1", "Lead/" + row_id(1), "lead/me", "lead.x/" + row_id(1)])
def test_what_is_no_row_is_not_asked_for(record: str) -> None:
    door = ScriptedDoor()
    assert set(access(door, Record.parse(record)).values()) == {NO}
    assert door.asked == []


def test_a_viewer_without_a_role_is_told_no_and_an_app_without_one_is_an_error() -> None:
    refused = answer({"error": {"code": "0x80040220", "message": "x"}}, 403)
    assert access(ScriptedDoor(refused), ONE) == {ONE: NO}
    with pytest.raises(HostUnavailable) as away:
        read(ScriptedDoor(refused), ONE)
    assert away.value.reason == "host-status-403"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (answer({}, 429, Retry_After="7"), "host-status-429"),
        (answer({}, 400), "host-status-400"),
        (Response(200, body=b"<html>"), "host-answer-shape"),
        (answer({"value": {}}), "host-answer-shape"),
        (TimedOut(), "host-timed-out"),
    ],
)
def test_what_is_no_answer_is_no_yes(said: Any, reason: str) -> None:
    with pytest.raises(HostUnavailable) as away:
        access(ScriptedDoor(said), ONE)
    assert away.value.reason == reason


def test_a_dead_token_and_another_address_end_the_session() -> None:
    with pytest.raises(SessionExpired):
        access(ScriptedDoor(answer({}, 401)), ONE)
    with pytest.raises(SessionExpired):
        check_access(ScriptedDoor().call, CONNECTION, "https://evil.example", "viewer-token", (ONE,), ())


def test_columns_are_read_as_they_are_and_empty_ones_left_out() -> None:
    door = ScriptedDoor(found({"leadid": row_id(1), "revenue": 5.5, "subject": "", "donotemail": False}))
    assert read(door, ONE, fields=("revenue", "subject", "donotemail")) == {ONE: {"revenue": 5.5, "donotemail": False}}
    with pytest.raises(HostUnavailable):
        read(door, ONE, fields=("re/venue",))
