"""Writing to Salesforce: what is asked, with which lock, and what each refusal means."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.errors import HostUnavailable, SessionExpired, TimedOut
from app.hosts._write import Changed, Current, WriteRefused
from app.hosts.salesforce.write import check, read, write
from app.launch import Record
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._proofs import canvas

ONE = Record("Lead", "00QAB000003LeadAA2")
CONNECTION = replace(canvas().connection, host_url="https://acme.my.salesforce.com")
NOW = "Mon, 30 Nov 2026 14:00:10 GMT"


def lead(changed: str = "2026-11-30T13:59:00.000+0000", **fields: Any) -> dict[str, Any]:
    return {"attributes": {"type": "Lead"}, "Id": ONE.id, "LastModifiedDate": changed, **fields}


def current(door: ScriptedDoor, *fields: str) -> Current | None:
    return read(door.call, CONNECTION, "service-token", ONE, fields or ("AI_Score__c",))


def put(door: ScriptedDoor, version: str = NOW) -> None:
    write(door.call, CONNECTION, "service-token", ONE, {"AI_Score__c": 61}, version)


def no(code: str, words: str = "no", **more: Any) -> list[dict[str, Any]]:
    return [{"errorCode": code, "message": words, **more}]


def test_the_lock_is_the_second_before_the_read_by_the_host_s_clock() -> None:
    door = ScriptedDoor(answer(lead(ai_score__c=61), Date=NOW))
    assert current(door) == Current({"AI_Score__c": 61}, "Mon, 30 Nov 2026 14:00:09 GMT")
    [asked] = door.asked
    assert asked.url.endswith(f"/sobjects/Lead/{ONE.id}?fields=AI_Score__c,LastModifiedDate")
    assert asked.headers["Authorization"] == "Bearer service-token"


@pytest.mark.parametrize("changed", ["2026-11-30T14:00:09.000+0000", "2026-11-30T14:00:10.500+0000"])
def test_a_record_that_was_just_changed_cannot_be_locked_yet(changed: str) -> None:
    """Within one second nobody could tell who was faster."""
    found = current(ScriptedDoor(answer(lead(changed), Date=NOW)))
    assert found is not None
    assert found.version == ""
    door = ScriptedDoor(answer(None, 204))
    with pytest.raises(Changed) as caught:
        put(door, found.version)
    assert (caught.value.retry_after_s, door.asked) == (2.0, [])


def test_a_write_names_the_fields_and_the_lock() -> None:
    door = ScriptedDoor(answer(None, 204))
    put(door)
    [asked] = door.asked
    assert (asked.method, asked.json, asked.headers["If-Unmodified-Since"]) == ("PATCH", {"AI_Score__c": 61}, NOW)


@pytest.mark.parametrize(
    ("status", "body"),
    [(412, no("x")), (400, no("ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE")), (400, no("UNABLE_TO_LOCK_ROW"))],
)
def test_somebody_was_faster(status: int, body: Any) -> None:
    with pytest.raises(Changed):
        put(ScriptedDoor(answer(body, status)))


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (400, no("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Frozen", fields=["AI_Score__c"]), "rule"),
        (400, no("INVALID_FIELD_FOR_INSERT_UPDATE"), "permission"),
        (403, no("INSUFFICIENT_ACCESS_OR_READONLY"), "permission"),
        (403, no("SOMETHING_NEW"), "permission"),
        (400, no("INVALID_FIELD"), "field"),
        (400, no("STRING_TOO_LONG"), "value"),
        (400, no("ENTITY_IS_LOCKED"), "locked"),
        (404, no("NOT_FOUND"), "gone"),
        (404, None, "gone"),
        (400, no("SOMETHING_NEW", "Whatever"), "other"),
        (400, "no JSON of ours", "other"),
    ],
)
def test_what_stays_a_no(status: int, body: Any, why: str) -> None:
    with pytest.raises(WriteRefused) as caught:
        put(ScriptedDoor(answer(body, status)))
    assert caught.value.why == why
    if why == "rule":
        assert (caught.value.words, caught.value.fields) == ("Frozen", ("AI_Score__c",))


@pytest.mark.parametrize(
    ("reply", "wait_s"),
    [
        (answer(no("REQUEST_LIMIT_EXCEEDED"), 403), None),
        (answer(None, 429, Retry_After="7"), 7.0),
        (answer(None, 503), None),
        (TimedOut(reason="timed-out"), None),
    ],
)
def test_what_passes(reply: Any, wait_s: float | None) -> None:
    with pytest.raises(HostUnavailable) as caught:
        put(ScriptedDoor(reply))
    assert caught.value.retry_after_s == wait_s


def test_a_dead_token_is_for_whoever_holds_it() -> None:
    with pytest.raises(SessionExpired):
        put(ScriptedDoor(answer(None, 401)))


def test_what_is_gone_is_none_and_what_is_hidden_is_refused() -> None:
    assert current(ScriptedDoor(answer(no("NOT_FOUND"), 404))) is None
    with pytest.raises(WriteRefused) as caught:
        current(ScriptedDoor(answer(no("INVALID_FIELD", "No such column 'X'"), 400)))
    assert caught.value.why == "field"


def test_what_could_leave_its_place_is_never_asked() -> None:
    door = ScriptedDoor(answer({}))
    assert read(door.call, CONNECTION, "t", Record("Lead", "1 OR 1=1"), ("A",)) is None
    with pytest.raises(WriteRefused):
        current(door, "A,Secret__c")
    assert door.asked == []


def test_an_answer_without_its_time_is_no_answer() -> None:
    for reply in (answer(lead()), answer({"Id": ONE.id}, Date=NOW), answer([], Date=NOW)):
        with pytest.raises(HostUnavailable):
            current(ScriptedDoor(reply))


def test_a_field_can_be_checked_before_anything_is_written() -> None:
    fields = [{"name": "AI_Score__c", "updateable": True}, {"name": "AI_Band__c", "updateable": False}]
    door = ScriptedDoor(answer({"fields": fields}))
    found = check(door.call, CONNECTION, "t", "Lead", ["ai_score__c", "AI_Band__c", "AI_Gone__c"])
    assert [bool(each.problem) for each in found] == [False, True, True]
