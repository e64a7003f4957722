"""How a record names a document: three forms, and an answer about another document is a no for each."""

from __future__ import annotations

from typing import Any

import pytest

from app.hosts._graph import GRAPH
from app.hosts._graph_items import check_access, named
from app.launch import Access, Record
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._proofs import entra

SITE, WEB, ROWS = (f"{n}0e6cd52-5c28-4d2c-9b3f-0c8f6a1f0d1a" for n in "123")
UNIQUE = "4fdbcbde-5c28-4d2c-9b3f-0c8f6a1f0d1a"
ROW = Record("listItem", f"contoso.sharepoint.com:{SITE}:{WEB}:{ROWS}:17")
SHARE = Record("share", "u!aHR0cHM6Ly9jb250b3NvLnNoYXJlcG9pbnQuY29tL2EuZG9jeA")
IDS = {"siteId": SITE.upper(), "webId": WEB, "listId": ROWS, "listItemId": "17", "listItemUniqueId": UNIQUE}
BODY = {"id": "01X", "parentReference": {"driveId": "b!x"}, "sharepointIds": IDS}


def access(door: ScriptedDoor, *records: Record) -> dict[Record, Access]:
    return check_access(door.call, entra("sharepoint").connection, GRAPH, "viewer-token", records, [])


def test_a_row_of_a_library_is_asked_for_by_its_site_and_list() -> None:
    door = ScriptedDoor(answer(BODY))
    assert access(door, ROW) == {ROW: Access(True)}
    where = f"/v1.0/sites/contoso.sharepoint.com,{SITE},{WEB}/lists/{ROWS}/items/17/driveItem?$select="
    assert door.asked[0].url.startswith(GRAPH + where)
    by_unique = Record("listItem", ROW.id.removesuffix("17") + UNIQUE)
    assert access(door, by_unique) == {by_unique: Access(True)}


@pytest.mark.parametrize("wrong", [{"listItemId": "18", "listItemUniqueId": "x"}, {"listId": SITE}, {"siteId": None}])
def test_another_row_is_a_no(wrong: dict[str, Any]) -> None:
    assert access(ScriptedDoor(answer(BODY | {"sharepointIds": IDS | wrong})), ROW) == {ROW: Access(False)}
    assert access(ScriptedDoor(answer(BODY | {"sharepointIds": None})), ROW) == {ROW: Access(False)}


def test_a_link_works_for_this_call_and_is_not_redeemed_for_good() -> None:
    door = ScriptedDoor(answer(BODY))
    assert access(door, SHARE) == {SHARE: Access(True)}
    assert door.asked[0].url.startswith(f"{GRAPH}/v1.0/shares/{SHARE.id}/driveItem?")
    assert door.asked[0].headers["Prefer"] == "redeemSharingLinkIfNecessary"
    assert access(ScriptedDoor(answer({"id": "01X"})), SHARE) == {SHARE: Access(False)}


def test_the_forms_are_asked_for_in_one_batch_each_with_its_headers() -> None:
    parts = [{"id": str(n), "status": 200, "body": BODY} for n in range(2)]
    door = ScriptedDoor(answer({"responses": parts}))
    assert access(door, ROW, SHARE) == {ROW: Access(True), SHARE: Access(True)}
    asked = door.asked[0].json["requests"]
    assert [each.get("headers") for each in asked] == [None, {"Prefer": "redeemSharingLinkIfNecessary"}]


@pytest.mark.parametrize(
    "record",
    [
        f"listItem/..:{SITE}:{WEB}:{ROWS}:17",
        f"listItem/contoso.sharepoint.com:{SITE}:{WEB}:{ROWS}:17:x",
        f"listItem/contoso.sharepoint.com:{SITE}:{WEB}:{ROWS}:root",
        f"listItem/{SITE}:{ROWS}:17",
        "share/aHR0cHM6Ly8",
        "share/u!..",
        "share/u!a=",
    ],
)
def test_names_that_could_leave_their_place_name_nothing(record: str) -> None:
    assert named(Record.parse(record)) is None
