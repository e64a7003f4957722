"""Writing to Dataverse: the row with its tag, the score's own row beside it, and what each refusal means."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.errors import HostUnavailable, SessionExpired, TimedOut
from app.hosts._write import Changed, Current, WriteRefused
from app.hosts.dynamics.write import check, read, write
from app.launch import Record
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts.dynamics.test_api import CASE, CONNECTION, ENVIRONMENT, ONE

LEAD = f"{ENVIRONMENT}/api/data/v9.2/leads({ONE.id})"
SCORES = f"{ENVIRONMENT}/api/data/v9.2/msdyn_predictivescores"
BY_KEY = f"{SCORES}(msdyn_entityid='{ONE.id}',msdyn_entitytype='lead')"
ROW = {"@odata.etag": 'W/"7"', "new_verdict": "accepted"}


def current(door: ScriptedDoor, *fields: str, record: Record = ONE) -> Current | None:
    return read(door.call, CONNECTION, "app-token", record, fields or ("new_verdict",))


def put(door: ScriptedDoor, score_tag: str = "", **values: Any) -> None:
    version = json.dumps(['W/"7"', score_tag])
    write(door.call, CONNECTION, "app-token", ONE, values or {"new_verdict": "accepted"}, version)


def no(message: str, code: str = "0x0") -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def test_a_row_and_its_score_are_read_with_their_tags() -> None:
    door = ScriptedDoor(answer(ROW), answer({"@odata.etag": 'W/"9"', "msdyn_score": 61}))
    found = current(door, "new_verdict", "msdyn_score")
    assert found is not None
    assert found.values == {"new_verdict": "accepted", "msdyn_score": 61}
    assert json.loads(found.version) == ['W/"7"', 'W/"9"']
    assert [each.url for each in door.asked] == [f"{LEAD}?$select=leadid,new_verdict", f"{BY_KEY}?$select=msdyn_score"]


def test_a_lead_that_was_never_scored_has_no_score() -> None:
    found = current(ScriptedDoor(answer(ROW), answer(no("x"), 404)), "msdyn_score")
    assert found is not None
    assert (found.values, json.loads(found.version)[1]) == ({"msdyn_score": None}, "")


def test_columns_are_written_with_the_row_s_tag() -> None:
    door = ScriptedDoor(answer(None, 204))
    put(door)
    [asked] = door.asked
    assert (asked.method, asked.url, asked.json) == ("PATCH", LEAD, {"new_verdict": "accepted"})
    assert asked.headers["If-Match"] == 'W/"7"'


def test_the_score_s_row_is_made_once_and_changed_from_then_on() -> None:
    door = ScriptedDoor(answer(None, 204))
    put(door, msdyn_score=61)
    put(door, 'W/"9"', msdyn_score=70)
    made, changed = door.asked
    whose = {"msdyn_entityid": ONE.id, "msdyn_entitytype": "lead"}
    assert (made.method, made.url, made.json) == ("POST", SCORES, {"msdyn_score": 61, **whose})
    assert (changed.method, changed.url, changed.json) == ("PATCH", BY_KEY, {"msdyn_score": 70})
    assert changed.headers["If-Match"] == 'W/"9"'
    with pytest.raises(Changed):  # another was faster to make it: its key lets there be one only
        put(ScriptedDoor(answer(no("A record with matching key values already exists."), 412)), msdyn_score=61)


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (400, no("Close plan first", "0x80040265"), "rule"),
        (400, no("Could not find a property named 'new_x' on type 'lead'."), "field"),
        (400, no("A validation error occurred. The length of the attribute exceeded"), "value"),
        (403, no("Principal user is missing prvWriteLead privilege"), "permission"),
        (404, no("lead With Id Does Not Exist"), "gone"),
        (405, None, "other"),
    ],
)
def test_what_stays_a_no(status: int, body: Any, why: str) -> None:
    with pytest.raises(WriteRefused) as caught:
        put(ScriptedDoor(answer(body, status)))
    assert (caught.value.why, bool(caught.value.words)) == (why, True)


@pytest.mark.parametrize("reply", [answer(None, 429, Retry_After="3"), answer(None, 503), TimedOut(reason="x")])
def test_what_passes(reply: Any) -> None:
    with pytest.raises(HostUnavailable):
        put(ScriptedDoor(reply))


def test_what_is_gone_or_none_of_ours() -> None:
    assert current(ScriptedDoor(answer(no("x"), 404))) is None
    door = ScriptedDoor(answer({}))
    assert current(door, record=Record("lead", "1)/x")) is None
    for fields in (("bad name",), ("msdyn_score",)):
        with pytest.raises(WriteRefused):
            current(door, *fields, record=CASE)
    assert door.asked == []
    with pytest.raises(SessionExpired):
        put(ScriptedDoor(answer(None, 401)))
    with pytest.raises(HostUnavailable):  # without a tag nothing could be locked
        current(ScriptedDoor(answer({"new_verdict": "x"})))


def test_columns_are_looked_at_beforehand() -> None:
    columns = [
        {"LogicalName": "new_a", "IsValidForUpdate": True},
        {"LogicalName": "createdon", "IsValidForUpdate": False},
    ]
    door = ScriptedDoor(answer({"value": columns}), answer({"LogicalName": "msdyn_predictivescore"}))
    found = check(door.call, CONNECTION, "t", "lead", ["new_a", "createdon", "new_gone", "msdyn_score"])
    assert [(bool(each.problem), each.sure) for each in found] == [
        (False, False),
        (True, True),
        (True, True),
        (False, False),
    ]
