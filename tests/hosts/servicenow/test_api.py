"""The calls of the Table API: what is asked, what an answer means, and that nothing but a yes is a yes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.errors import AddressRefused, HostUnavailable, SessionExpired, TimedOut
from app.hosts.servicenow.api import MAX_URL, check_access, read_records
from app.launch import Access, Record
from app.net.door import Request, Response
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._sign_ins import INSTANCE, servicenow

NO = Access(allowed=False)


def sys_id(number: int) -> str:
    return f"{number:032x}"


ONE, TWO = Record("incident", sys_id(1)), Record("incident", sys_id(2))


def row(record: Record = ONE, **fields: Any) -> dict[str, Any]:
    return {"sys_id": record.id, **fields}


def access(door: ScriptedDoor, *records: Record, fields: tuple[str, ...] = ()) -> dict[Record, Access]:
    return check_access(door.call, servicenow(), INSTANCE, "viewer-token", records, fields)


def rows(door: ScriptedDoor, *records: Record, fields: tuple[str, ...] = ("priority",)) -> dict[Record, dict[str, Any]]:
    return read_records(door.call, servicenow(), "service-token", records, fields)


def found(*rows: dict[str, Any]) -> Response:
    return answer({"result": list(rows)})


def test_records_are_asked_for_with_the_viewers_token() -> None:
    door = ScriptedDoor(found(row(TWO, priority="1", state=""), row(ONE)))
    seen = access(door, ONE, TWO, fields=("priority", "state", "Not A Field"))
    assert seen == {ONE: Access(True), TWO: Access(True, frozenset({"priority"}))}
    (request,) = door.asked
    url = urlsplit(request.url)
    assert (request.method, url.netloc, url.path) == ("GET", urlsplit(INSTANCE).netloc, "/api/now/table/incident")
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert asked == {
        "sysparm_query": f"sys_idIN{ONE.id},{TWO.id}",
        "sysparm_fields": "sys_id,priority,state",
        "sysparm_limit": "2",
        "sysparm_display_value": "false",
        "sysparm_exclude_reference_link": "true",
    }
    assert request.headers["Authorization"] == "Bearer viewer-token"


def test_200_records_are_one_call() -> None:
    many = [Record("incident", sys_id(number)) for number in range(200)]

    def all_of_them(request: Request) -> Response:
        assert len(request.url) <= MAX_URL + len(INSTANCE)
        return found(*(row(each) for each in many))

    door = ScriptedDoor(all_of_them)
    assert set(access(door, *many, fields=("priority", "short_description")).values()) == {Access(True)}
    assert len(door.asked) == 1


def test_tables_are_asked_one_by_one_and_one_refusal_is_its_own() -> None:
    problem = Record("problem", sys_id(1))
    door = ScriptedDoor(found(row(ONE)), answer({"error": {"message": "x"}}, 403))
    assert access(door, problem, ONE) == {ONE: Access(True), problem: NO}


@pytest.mark.parametrize("result", [[], [row(TWO)], [{}], [{"sys_id": None}], [{"sys_id": f"{ONE.id} "}]])
def test_what_is_no_clear_yes_is_a_no(result: Any) -> None:
    """An instance leaves a condition out that it does not understand, and answers with other rows."""
    assert access(ScriptedDoor(answer({"result": result})), ONE) == {ONE: NO}


@pytest.mark.parametrize(
    "record", [Record("incident", "1^ORactive=true"), Record("Incident", ONE.id), Record("x.do", ONE.id)]
)
def test_a_name_that_it_could_not_have_written_is_not_asked_for(record: Record) -> None:
    door = ScriptedDoor(found())
    assert access(door, record) == {record: NO}
    assert rows(door, record) == {}
    assert door.asked == []


def test_a_dead_token_ends_the_session() -> None:
    for ask in (access, rows):
        with pytest.raises(SessionExpired):
            ask(ScriptedDoor(answer({"error": {"message": "User Not Authenticated"}}, 401)), ONE)


def test_the_token_goes_where_the_connection_says_or_nowhere() -> None:
    door = ScriptedDoor(found(row()))
    with pytest.raises(SessionExpired):
        check_access(door.call, servicenow(), "https://evil.example", "viewer-token", [ONE], ())
    moved = replace(servicenow(), host_url="https://other.service-now.example")
    with pytest.raises(SessionExpired):
        check_access(door.call, moved, INSTANCE, "viewer-token", [ONE], ())
    assert door.asked == []


@pytest.mark.parametrize(
    ("outcome", "reason", "wait"),
    [
        (answer({}, 429, Retry_After="17"), "host-status-429", 17.0),
        (answer({}, 503), "host-status-503", None),
        (answer({"error": {"message": "Invalid table"}}, 400), "host-status-400", None),
        (answer({}, 302), "host-status-302", None),
        (TimedOut(), "host-timed-out", None),
        (AddressRefused(), "host-address-refused", None),
        (Response(status=200, body=b"<html>"), "host-answer-shape", None),
        (answer([]), "host-answer-shape", None),
        (answer({"result": {}}), "host-answer-shape", None),
        (answer({"result": ["x"]}), "host-answer-shape", None),
    ],
)
def test_a_host_that_cannot_answer(outcome: Any, reason: str, wait: float | None) -> None:
    """Not a no: a viewer who may see the record must not be told otherwise because the host is busy."""
    for ask in (access, rows):
        with pytest.raises(HostUnavailable) as away:
            ask(ScriptedDoor(outcome), ONE)
        assert (away.value.reason, away.value.retry_after_s) == (reason, wait)


def test_fields_are_read_as_they_are_and_empty_ones_left_out() -> None:
    door = ScriptedDoor(found(row(ONE, priority="1", state="", **{"caller_id.name": "Zoë"}), row(TWO, priority="3")))
    read = rows(door, ONE, TWO, fields=("priority", "state", "caller_id.name"))
    assert read == {ONE: {"priority": "1", "caller_id.name": "Zoë"}, TWO: {"priority": "3"}}


def test_what_the_identity_may_not_read_is_its_admins_to_mend() -> None:
    with pytest.raises(HostUnavailable) as away:
        rows(ScriptedDoor(answer({}, 403)), ONE)
    assert away.value.reason == "host-status-403"
    with pytest.raises(HostUnavailable) as away:
        rows(ScriptedDoor(found()), ONE, fields=("No Field",))
    assert away.value.reason == "field-unknown:No Field"
