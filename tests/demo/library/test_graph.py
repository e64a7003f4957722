"""The library's API: the same answer for what is not there and what is not shared, and contents without a token."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.demo.library.desk import Desk
from app.demo.library.document import DRIVE, LIST, Document
from app.demo.library.items import site_id
from tests.demo.library.conftest import LIBRARY, Api


def documents(desk: Desk) -> tuple[Document, Document]:
    """One that Sam may open, and one that he may not."""
    all_of_them = desk.documents.all()
    return next(each for each in all_of_them if not each.confidential), next(
        each for each in all_of_them if each.confidential
    )


def path(document: Document) -> str:
    return f"/v1.0/drives/{DRIVE}/items/{document.id}"


def test_an_item_by_its_three_names(desk: Desk, api: Api) -> None:
    shared, _ = documents(desk)
    token = api.viewer_token("sam")
    share = base64.urlsafe_b64encode(f"{LIBRARY}/document/{shared.id}".encode()).decode().rstrip("=")
    rows = f"/v1.0/sites/{site_id(desk)}/lists/{LIST}/items"
    names = [path(shared), f"{rows}/{shared.row}/driveItem", f"{rows}/{shared.unique}/driveItem"]
    for name in (*names, f"/v1.0/shares/u!{share}/driveItem"):
        body = api.get(f"{name}?$select=id,eTag", token).json
        assert body == {"id": shared.id, "eTag": shared.etag}, name


def test_what_is_not_shared_is_not_there(desk: Desk, api: Api) -> None:
    _, hidden = documents(desk)
    answers = {
        api.get(name, api.viewer_token("sam")).data for name in (path(hidden), f"/v1.0/drives/{DRIVE}/items/01NONE")
    }
    assert len(answers) == 1
    assert api.get(path(hidden), api.viewer_token("zoe")).status_code == 200
    assert api.get(path(hidden), api.app_token()).status_code == 200
    assert api.get(path(hidden), "").status_code == 401


def test_content_lies_behind_an_address_that_takes_no_token(desk: Desk, api: Api) -> None:
    shared, _ = documents(desk)
    body = api.get(path(shared), api.viewer_token("sam")).json
    url = body["@microsoft.graph.downloadUrl"]
    inside = url.removeprefix(LIBRARY)
    assert api.client.get(inside).data == shared.path.read_bytes()
    assert api.get(inside, "token").status_code == 401
    other = "1" if inside.endswith("0") else "0"
    assert api.client.get(inside[:-1] + other).status_code == 401
    assert api.client.get(inside.replace("ends=1", "ends=2")).status_code == 401
    redirected = api.get(f"{path(shared)}/content", api.viewer_token("sam"))
    assert (redirected.status_code, urlsplit(redirected.location).path) == (302, "/_layouts/15/download.aspx")


def test_a_batch_answers_each_by_its_id(desk: Desk, api: Api) -> None:
    shared, hidden = documents(desk)
    asked = [{"id": str(n), "url": path(each)[5:] + "?$select=id"} for n, each in enumerate((hidden, shared))]
    answer = api.send("POST", "/v1.0/$batch", {"requests": asked}, api.viewer_token("sam")).json["responses"]
    assert [(each["id"], each["status"]) for each in answer] == [("0", 404), ("1", 200)]
    assert answer[1]["body"] == {"id": shared.id}
    for bad in ([], asked * 11, "x"):
        assert api.send("POST", "/v1.0/$batch", {"requests": bad}, api.viewer_token("sam")).status_code == 400


def test_a_busy_api_says_when_to_come_back(desk: Desk, api: Api) -> None:
    token = api.viewer_token("sam")
    desk.throttle(5)
    answer = api.get(path(documents(desk)[0]), token)
    assert (answer.status_code, answer.headers["Retry-After"] in {"5", "6"}) == (429, True)


def test_changes_go_on_from_a_link_and_an_old_one_starts_again(desk: Desk, api: Api) -> None:
    token, start = api.app_token(), f"/v1.0/drives/{DRIVE}/root/delta"
    now = api.get(f"{start}?token=latest", token).json
    assert now["value"] == []
    shared, _ = documents(desk)
    desk.documents.replace(shared, b"x", "Sam")
    later = api.get(now["@odata.deltaLink"].removeprefix(LIBRARY), token).json
    assert [each["id"] for each in later["value"]] == ["root", shared.id]
    assert len(api.get(start, token).json["value"]) == 4
    gone = api.get(f"{start}?token=00000000.1", token)
    assert (gone.status_code, gone.headers["Location"]) == (410, LIBRARY + start)


@pytest.mark.parametrize("body", [{}, {"resource": "drives/other/root", "changeType": "updated"}])
def test_only_this_drive_can_be_subscribed_to(api: Api, body: Any) -> None:
    assert api.send("POST", "/v1.0/subscriptions", body, api.app_token()).status_code == 400


def test_subscriptions_are_for_the_app_alone(api: Api) -> None:
    for method, where in (("POST", ""), ("PATCH", "/x"), ("DELETE", "/x")):
        assert api.send(method, f"/v1.0/subscriptions{where}", {}, api.viewer_token("dana")).status_code == 403
    assert api.send("PATCH", "/v1.0/subscriptions/x", {}, api.app_token()).status_code == 404
