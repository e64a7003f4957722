"""Graph's side of notifications: what is asked of it, where its links may lead, and what its answers mean."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import HostUnavailable, SessionExpired
from app.hosts._graph import GRAPH
from app.hosts._graph_notices import NOTICES
from app.hosts._notices import Changed, Subscribed
from app.launch import Record
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._proofs import DRIVE, entra

CONNECTION = entra("sharepoint").connection
LINK = f"{GRAPH}/v1.0/drives/{DRIVE}/root/delta?token=1"
MADE = {"id": "7f105c7d-2dc5-4530-97cd-4e7ae6534c07", "expirationDateTime": "2026-12-22T21:56:44.0000000Z"}
FILE = {"id": "01X", "parentReference": {"driveId": DRIVE}, "file": {}}


def changes(link: str | None, *answers: Any) -> tuple[Changed, ScriptedDoor]:
    door = ScriptedDoor(*answers)
    return NOTICES.changes(door.call, CONNECTION, "own", DRIVE, link), door


def test_a_subscription_is_asked_for_and_read() -> None:
    door = ScriptedDoor(answer(MADE, 201))
    made = NOTICES.subscribe(
        door.call, CONNECTION, "own", DRIVE, "https://inlay.example/events/x", "s", 1_798_000_000.0
    )
    assert made == Subscribed(MADE["id"], 1797976604.0)
    [request] = door.asked
    assert (request.method, request.url) == ("POST", f"{GRAPH}/v1.0/subscriptions")
    assert request.json["expirationDateTime"] == "2026-12-23T04:26:40Z"
    assert request.headers["Authorization"] == "Bearer own"


def test_a_renewal_names_the_subscription_and_one_that_is_gone_is_none() -> None:
    door = ScriptedDoor(answer(MADE), answer({}, 404))
    assert NOTICES.renew(door.call, CONNECTION, "own", MADE["id"], 0.0) is not None
    assert NOTICES.renew(door.call, CONNECTION, "own", MADE["id"], 0.0) is None
    assert {(each.method, each.url) for each in door.asked} == {("PATCH", f"{GRAPH}/v1.0/subscriptions/{MADE['id']}")}


@pytest.mark.parametrize(
    "body",
    [
        {}, [], MADE | {"id": "../me"}, MADE | {"id": 7}, MADE | {"expirationDateTime": "soon"},
        MADE | {"expirationDateTime": "0001-01-01T00:00:00"},
    ],
)  # fmt: skip
def test_what_is_no_subscription(body: Any) -> None:
    with pytest.raises(HostUnavailable):
        NOTICES.subscribe(ScriptedDoor(answer(body, 201)).call, CONNECTION, "own", DRIVE, "u", "s", 0.0)


def test_files_are_changes_and_nothing_else_is() -> None:
    items = [FILE, {"id": "root", "folder": {}}, FILE | {"id": "../x"}, FILE | {"deleted": {}}, 7, FILE | {"id": "01Y"}]
    found, door = changes(LINK, answer({"value": items, "@odata.nextLink": f"{LINK}2"}))
    assert found.records == (Record("driveItem", f"{DRIVE}:01X"), Record("driveItem", f"{DRIVE}:01Y"))
    assert (found.link, found.more, door.asked[0].url) == (f"{LINK}2", True, LINK)


def test_from_now_on_and_from_the_beginning() -> None:
    now, door = changes(None, answer({"value": [FILE], "@odata.deltaLink": LINK}))
    assert (now, door.asked[0].url.rpartition("?")[2]) == (Changed((), LINK), "token=latest")
    everything, door = changes("", answer({"value": [FILE], "@odata.deltaLink": LINK}))
    assert (len(everything.records), door.asked[0].url) == (1, f"{GRAPH}/v1.0/drives/{DRIVE}/root/delta")


def test_a_link_that_is_too_old_starts_again() -> None:
    assert changes(LINK, answer({}, 410))[0] == Changed((), "", more=True)
    with pytest.raises(HostUnavailable):
        changes("", answer({}, 410))


@pytest.mark.parametrize(
    "link", ["https://evil.example/v1.0/drives/x", f"{GRAPH}.evil.example/v1.0/drives/x", f"{GRAPH}/beta/x", 7, None]
)
def test_the_token_follows_no_other_address(link: Any) -> None:
    with pytest.raises(HostUnavailable):
        changes(LINK, answer({"value": [], "@odata.deltaLink": link}))


def test_a_busy_api_and_a_dead_token() -> None:
    with pytest.raises(HostUnavailable) as away:
        changes(LINK, answer({}, 429, Retry_After="17"))
    assert away.value.retry_after_s == 17.0
    with pytest.raises(SessionExpired):
        changes(LINK, answer({}, 401))
