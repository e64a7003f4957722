"""Writing by the Table API: what is asked, what is read back, and what each refusal means."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.errors import HostUnavailable, SessionExpired, TimedOut
from app.hosts._write import Changed, Current, WriteRefused
from app.hosts.servicenow.write import check, read, write
from app.launch import Record
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._sign_ins import servicenow

ONE = Record("incident", f"{1:032x}")
VALUES = {"u_ai_score": 61, "u_ai_at": "2026-11-30T14:00:00Z", "u_ai_reason": None}
HELD = {"u_ai_score": "61", "u_ai_at": "2026-11-30 14:00:00", "u_ai_reason": ""}


def current(door: ScriptedDoor, *fields: str) -> Current | None:
    return read(door.call, servicenow(), "service-token", ONE, fields or ("u_ai_score",))


def put(door: ScriptedDoor, **values: Any) -> None:
    write(door.call, servicenow(), "service-token", ONE, values or VALUES, "7")


SAME = answer({"result": {"sys_mod_count": "7"}})


def no(message: str, detail: str = "") -> dict[str, Any]:
    return {"error": {"message": message, "detail": detail}, "status": "failure"}


def test_a_record_is_read_with_its_count_of_updates() -> None:
    door = ScriptedDoor(answer({"result": {"u_ai_score": "61", "sys_mod_count": "7"}}))
    assert current(door) == Current({"u_ai_score": "61"}, "7")
    [asked] = door.asked
    url = urlsplit(asked.url)
    assert url.path == f"/api/now/table/incident/{ONE.id}"
    assert parse_qs(url.query)["sysparm_fields"] == ["u_ai_score,sys_mod_count"]


def test_values_are_written_as_the_host_writes_them() -> None:
    door = ScriptedDoor(SAME, answer({"result": HELD}))
    put(door)
    [_, asked] = door.asked
    assert (asked.method, asked.json) == ("PATCH", HELD)


def test_somebody_was_faster() -> None:
    door = ScriptedDoor(answer({"result": {"sys_mod_count": "8"}}))
    with pytest.raises(Changed):
        put(door)
    assert [each.method for each in door.asked] == ["GET"]


def test_a_field_that_was_silently_left_alone_is_a_refusal() -> None:
    """A column that the token may not write is not changed, and the answer is 200."""
    with pytest.raises(WriteRefused) as caught:
        put(ScriptedDoor(SAME, answer({"result": HELD | {"u_ai_score": "12"}})))
    assert (caught.value.why, caught.value.fields) == ("permission", ("u_ai_score",))


def test_a_field_that_is_not_in_the_answer_is_not_there() -> None:
    with pytest.raises(WriteRefused) as caught:
        current(ScriptedDoor(answer({"result": {"sys_mod_count": "7"}})))
    assert caught.value.why == "field"
    with pytest.raises(WriteRefused):
        current(ScriptedDoor(answer({})), "caller_id.email")  # another record's


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (403, no("Operation Failed", "Operation was aborted by Business Rule 'Freeze^1'"), "rule"),
        (403, no("Operation Failed", "Data Policy Exception: u_ai_reason is mandatory"), "rule"),
        (403, no("User Not Authorized", "Failed API level ACL Validation"), "permission"),
        (404, no("No Record found"), "gone"),
        (400, no("Invalid table"), "other"),
    ],
)
def test_what_stays_a_no(status: int, body: Any, why: str) -> None:
    with pytest.raises(WriteRefused) as caught:
        put(ScriptedDoor(SAME, answer(body, status)))
    assert caught.value.why == why
    assert caught.value.words


@pytest.mark.parametrize(
    "reply", [answer(None, 429, Retry_After="7"), answer(None, 502), TimedOut(reason="x"), answer({"result": []})]
)
def test_what_passes(reply: Any) -> None:
    with pytest.raises(HostUnavailable):
        put(ScriptedDoor(reply))


def test_what_is_gone_and_what_is_none_of_ours() -> None:
    assert current(ScriptedDoor(answer(no("No Record found"), 404))) is None
    door = ScriptedDoor(answer({}))
    assert read(door.call, servicenow(), "t", Record("incident", "1^ORactive=true"), ("u_a",)) is None
    assert door.asked == []
    with pytest.raises(SessionExpired):
        put(ScriptedDoor(answer(None, 401)))


def test_a_row_shows_which_fields_are_there_and_none_which_may_be_written() -> None:
    door = ScriptedDoor(answer({"result": [{"sys_id": ONE.id, "u_ai_score": ""}]}))
    here, gone = check(door.call, servicenow(), "t", "incident", ["u_ai_score", "u_gone"])
    assert (here.problem, here.sure, bool(gone.problem), gone.sure) == ("", False, True, True)
    [unknown] = check(ScriptedDoor(answer({"result": []})).call, servicenow(), "t", "incident", ["u_ai_score"])
    assert (unknown.problem, unknown.sure) == ("", False)
