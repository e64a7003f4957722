"""The calls of the API: what is asked, what an answer means, and that nothing but a yes is a yes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.errors import AddressRefused, HostUnavailable, SessionExpired, TimedOut
from app.hosts.salesforce.api import MAX_URL, check_access, read_records
from app.launch import Access, Record
from app.net.door import Request, Response
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._proofs import canvas

HOST = "https://acme.my.salesforce.com"
ONE, TWO = Record("Lead", "00QAB000003LeadAA2"), Record("Lead", "00QAB000004LeadAA2")
NO = Access(allowed=False)


def lead(record: Record = ONE, **fields: Any) -> dict[str, Any]:
    shown = {name: {"displayValue": None, "value": value} for name, value in fields.items()}
    return {"apiName": "Lead", "id": record.id, "fields": shown}


def access(door: ScriptedDoor, *records: Record, fields: tuple[str, ...] = ()) -> dict[Record, Access]:
    return check_access(door.call, canvas().connection, HOST, "viewer-token", records, fields)


def rows(door: ScriptedDoor, *records: Record, fields: tuple[str, ...] = ("Title",)) -> dict[Record, dict[str, Any]]:
    return read_records(door.call, canvas().connection, "service-token", records, fields)


def test_one_record_is_asked_for_with_the_viewers_token() -> None:
    door = ScriptedDoor(answer(lead(Title="CTO")))
    assert access(door, ONE, fields=("title", "AnnualRevenue")) == {ONE: Access(True, frozenset({"title"}))}
    (request,) = door.asked
    url = urlsplit(request.url)
    assert (request.method, url.netloc) == ("GET", "acme.my.salesforce.com")
    assert url.path == f"/services/data/v68.0/ui-api/records/{ONE.id}"
    assert parse_qs(url.query) == {"fields": ["Lead.Id"], "optionalFields": ["Lead.title,Lead.AnnualRevenue,Lead.Name"]}
    assert request.headers["Authorization"] == "Bearer viewer-token"


def test_several_records_are_one_call() -> None:
    refusal = [{"errorCode": "NOT_FOUND", "message": "x"}]
    body = {
        "hasErrors": True,
        "results": [{"statusCode": 200, "result": lead(ONE)}, {"statusCode": 404, "result": refusal}],
    }
    door = ScriptedDoor(answer(body))
    assert access(door, TWO, ONE) == {ONE: Access(True), TWO: NO}
    assert urlsplit(door.asked[0].url).path.endswith(f"/records/batch/{ONE.id},{TWO.id}")


@pytest.mark.parametrize("status", [403, 404])
def test_a_record_that_the_viewer_may_not_see(status: int) -> None:
    door = ScriptedDoor(answer([{"errorCode": "INSUFFICIENT_ACCESS", "message": "x"}], status))
    assert access(door, ONE) == {ONE: NO}


@pytest.mark.parametrize(
    "body",
    [
        lead(TWO),  # another record
        lead() | {"apiName": "Contact"},  # another type
        lead() | {"id": None},
        {},
        [],
        None,
        {"results": []},
    ],
)
def test_what_is_no_clear_yes_is_a_no(body: Any) -> None:
    assert access(ScriptedDoor(answer(body)), ONE) == {ONE: NO}


@pytest.mark.parametrize("spelling", [ONE.id[:15], f"{ONE.id[:15]}XYZ", f"{ONE.id[:15]}aa2"])
def test_a_record_has_one_spelling(spelling: str) -> None:
    """The host knows a record by 15 letters, whatever follows. To us each would be a record of its own, which an event
    does not outdate and an erasure does not find; and whoever opened a list without a record may name any."""
    asked = Record("Lead", spelling)
    assert access(ScriptedDoor(answer(lead(ONE))), asked) == {asked: NO}


def test_a_dead_token_ends_the_session() -> None:
    dead = answer([{"errorCode": "INVALID_SESSION_ID", "message": "x"}], 401)
    with pytest.raises(SessionExpired):
        access(ScriptedDoor(dead), ONE)
    with pytest.raises(SessionExpired):
        rows(ScriptedDoor(dead), ONE)


@pytest.mark.parametrize(
    ("outcome", "reason", "wait"),
    [
        (answer([], 429, Retry_After="17"), "host-status-429", 17.0),
        (answer({}, 503), "host-status-503", None),
        (Response(status=502, body=b"<html>"), "host-status-502", None),
        (answer([{"errorCode": "REQUEST_LIMIT_EXCEEDED"}], 403), "host-refused:REQUEST_LIMIT_EXCEEDED", None),
        (answer({}, 302), "host-status-302", None),
        (TimedOut(), "host-timed-out", None),
        (AddressRefused(), "host-address-refused", None),
        (Response(status=200, body=b"<html>"), "host-answer-shape", None),
    ],
)
def test_a_host_that_cannot_answer(outcome: Any, reason: str, wait: float | None) -> None:
    """Not a no: a viewer who may see the record must not be told otherwise because the host is busy."""
    for ask in (access, rows):
        with pytest.raises(HostUnavailable) as away:
            ask(ScriptedDoor(outcome), ONE)
        assert (away.value.reason, away.value.retry_after_s) == (reason, wait)


@pytest.mark.parametrize(
    "part",
    [
        {"statusCode": 500, "result": []},
        {"statusCode": 403, "result": [{"errorCode": "REQUEST_LIMIT_EXCEEDED"}]},
        "x",
        {},
    ],
)
def test_a_batch_that_is_answered_in_part(part: Any) -> None:
    body = {"results": [{"statusCode": 200, "result": lead()}, part]}
    with pytest.raises(HostUnavailable):
        access(ScriptedDoor(answer(body)), ONE, TWO)
    with pytest.raises(HostUnavailable):
        access(ScriptedDoor(answer({"results": [part]})), ONE, TWO)


def test_the_viewers_token_goes_to_the_connections_host_only() -> None:
    door = ScriptedDoor(answer(lead()))
    with pytest.raises(SessionExpired):
        check_access(door.call, canvas().connection, "https://evil.example", "viewer-token", [ONE], [])
    assert door.asked == []


def test_names_that_are_not_the_hosts_never_reach_it() -> None:
    door = ScriptedDoor(answer(lead()))
    strange = [Record("Lead", "17"), Record("Lead", "a-b.c"), Record("Lead.x", ONE.id)]
    assert access(door, *strange, fields=("a,b",)) == dict.fromkeys(strange, NO)
    assert rows(door, *strange) == {}
    with pytest.raises(HostUnavailable) as unknown:
        rows(door, ONE, fields=("Name FROM User",))
    assert unknown.value.reason.startswith("field-unknown:")
    assert door.asked == []


def test_records_are_read_in_one_query() -> None:
    body = {
        "done": True,
        "records": [{"attributes": {"type": "Lead"}, "Id": ONE.id, "TITLE": "CTO", "Address": {"city": "x"}}],
    }
    door = ScriptedDoor(answer(body))
    assert rows(door, ONE, TWO, fields=("Title", "Address")) == {ONE: {"Title": "CTO"}}
    (request,) = door.asked
    url = urlsplit(request.url)
    assert url.path == "/services/data/v68.0/query"
    query = f"SELECT Id,Title,Address FROM Lead WHERE Id IN ('{ONE.id}','{TWO.id}')"
    assert parse_qs(url.query) == {"q": [query]}
    assert request.headers["Authorization"] == "Bearer service-token"


def test_200_records_with_many_fields_fit_their_urls() -> None:
    records = [Record("Lead", f"00Q{n:012d}AAA") for n in range(200)]
    fields = tuple(f"Field_number_{n:03d}__c" for n in range(150))

    def every(request: Request) -> Response:
        query = parse_qs(urlsplit(request.url).query)["q"][0]
        ids = query.partition("(")[2].rstrip(")").replace("'", "").split(",")
        return answer({"done": True, "records": [{"Id": each, fields[0]: 1} for each in ids]})

    door = ScriptedDoor(every)
    assert rows(door, *records, fields=fields).keys() == set(records)
    assert len(door.asked) < 5
    assert max(len(request.url) for request in door.asked) <= MAX_URL + len(HOST)


def test_a_second_page_is_followed_on_the_same_host_only() -> None:
    second = "/services/data/v68.0/query/01gXX-2000"
    first = {"done": False, "nextRecordsUrl": second, "records": [{"Id": ONE.id, "Title": 1}]}
    door = ScriptedDoor(answer(first), answer({"done": True, "records": [{"Id": TWO.id, "Title": 2}]}))
    assert rows(door, ONE, TWO) == {ONE: {"Title": 1}, TWO: {"Title": 2}}
    assert door.asked[1].url == HOST + second
    for elsewhere in ("https://evil.example/x", "//evil.example", "/services/data/v68.0/query/../../x", None):
        door = ScriptedDoor(answer(first | {"nextRecordsUrl": elsewhere}))
        with pytest.raises(HostUnavailable):
            rows(door, ONE, TWO)
        assert len(door.asked) == 1


def test_a_field_that_the_org_does_not_have_is_named() -> None:
    message = "\nSELECT Id,AI__c\n ^\nERROR at Row:1:Column:11\nNo such column 'AI__c' on entity 'Lead'."
    with pytest.raises(HostUnavailable) as unknown:
        rows(ScriptedDoor(answer([{"errorCode": "INVALID_FIELD", "message": message}], 400)), ONE)
    assert unknown.value.reason == "field-unknown:AI__c"


def test_rows_that_nobody_asked_for_are_left_out() -> None:
    other = {"Id": "00QAB000009LeadAA2", "Title": "x"}
    assert rows(ScriptedDoor(answer({"done": True, "records": [other, {"Title": "no id"}]})), ONE) == {}


def test_without_an_api_address_nothing_is_read() -> None:
    with pytest.raises(HostUnavailable) as unset:
        read_records(ScriptedDoor().call, replace(canvas().connection, host_url=""), "t", [ONE], ["Title"])
    assert unset.value.reason == "host-url-unset"
