"""Columns of a library's row: found by each name that a document has, written with its entity tag."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.errors import HostUnavailable
from app.hosts._graph import GRAPH
from app.hosts._graph_write import check, read, write
from app.hosts._write import Changed, Current, WriteRefused
from app.launch import Record
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._proofs import entra
from tests.hosts.test_graph_items import IDS, ROW, ROWS, SITE, WEB

DOCUMENT = Record("driveItem", "b!x:01X")
ITEM = {
    "id": "01X",
    "parentReference": {"driveId": "b!x"},
    "sharepointIds": IDS | {"siteUrl": "https://contoso.sharepoint.com/sites/legal"},
}
PATH = f"/sites/contoso.sharepoint.com,{SITE.upper()},{WEB}/lists/{ROWS}/items/17"
TAG = '"4fdbcbde,3"'
CONNECTION = entra("sharepoint").connection


def current(door: ScriptedDoor, record: Record = DOCUMENT) -> Current | None:
    return read(door.call, CONNECTION, "own-token", record, ("AIRisk", "AIVerdict"))


def put(door: ScriptedDoor) -> None:
    write(door.call, CONNECTION, "own-token", DOCUMENT, {"AIRisk": "high"}, f"{PATH}\n{TAG}")


def no(message: str, code: str = "invalidRequest") -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


@pytest.mark.parametrize("record", [DOCUMENT, ROW])
def test_a_row_is_found_by_each_name_of_its_document(record: Record) -> None:
    door = ScriptedDoor(answer(ITEM), answer({"eTag": TAG, "fields": {"AIRisk": "low", "@odata.etag": "x"}}))
    assert current(door, record) == Current({"AIRisk": "low", "AIVerdict": None}, f"{PATH}\n{TAG}")
    assert door.asked[1].url == f"{GRAPH}/v1.0{PATH}?$expand=fields($select=AIRisk,AIVerdict)"


def test_a_write_names_the_columns_and_the_tag() -> None:
    door = ScriptedDoor(answer({}))
    put(door)
    [asked] = door.asked
    assert (asked.method, asked.url, asked.json) == ("PATCH", f"{GRAPH}/v1.0{PATH}/fields", {"AIRisk": "high"})
    assert asked.headers["If-Match"] == TAG


def test_somebody_was_faster_or_has_it_open() -> None:
    with pytest.raises(Changed) as faster:
        put(ScriptedDoor(answer(no("x"), 412)))
    with pytest.raises(Changed) as opened:
        put(ScriptedDoor(answer(no("The resource is locked", "resourceLocked"), 423)))
    assert (faster.value.retry_after_s, opened.value.retry_after_s) == (None, 60.0)


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (400, no("Field 'AIRisk' is not recognized"), "field"),
        (400, no("List data validation failed."), "rule"),
        (400, no("Cannot convert the value"), "value"),
        (403, no("Access denied", "accessDenied"), "permission"),
        (404, no("Item not found", "itemNotFound"), "gone"),
        (409, no("nameAlreadyExists"), "other"),
    ],
)
def test_what_stays_a_no(status: int, body: Any, why: str) -> None:
    with pytest.raises(WriteRefused) as caught:
        put(ScriptedDoor(answer(body, status)))
    assert (caught.value.why, bool(caught.value.words)) == (why, True)


def test_what_passes() -> None:
    for reply in (answer(None, 429, Retry_After="9"), answer(None, 503)):
        with pytest.raises(HostUnavailable):
            put(ScriptedDoor(reply))


def test_what_is_gone_or_no_document() -> None:
    assert current(ScriptedDoor(answer(no("x"), 404))) is None
    door = ScriptedDoor(answer(ITEM))
    assert current(door, Record("Lead", "1")) is None
    assert door.asked == []


@pytest.mark.parametrize("wrong", [{"siteUrl": ""}, {"listId": "../x"}, {"listItemId": "1/2"}])
def test_an_id_that_could_leave_its_place_is_not_followed(wrong: dict[str, str]) -> None:
    item = ITEM | {"sharepointIds": ITEM["sharepointIds"] | wrong}  # type: ignore[operator]
    door = ScriptedDoor(answer(item), answer({}))
    with pytest.raises(HostUnavailable):
        current(door)
    assert len(door.asked) == 1


def test_libraries_say_which_columns_they_have() -> None:
    columns = {"value": [{"name": "AIRisk", "readOnly": False}, {"name": "Modified", "readOnly": True}]}
    with_drive = replace(CONNECTION, drives=("b!x",))
    found = check(ScriptedDoor(answer(columns)).call, with_drive, "t", "", ["AIRisk", "Modified", "AIGone"])
    assert [bool(each.problem) for each in found] == [False, True, True]
    [unknown] = check(ScriptedDoor(answer(columns)).call, replace(CONNECTION, drives=()), "t", "", ["AIRisk"])
    assert not unknown.sure
