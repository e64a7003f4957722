"""How far a connection is, as a page and for its script: also before it is taken over, and only for its admins."""

from __future__ import annotations

import pytest

from app.admins import Role
from tests.cli.written import written
from tests.routes.admin._browser import AdminPages, words
from tests.world import World

PATH = "/admin/connections/acme/arrival"


@pytest.fixture
def ada(world: World) -> AdminPages:
    text = written(world).read_text()
    added = text[text.index("[connections.acme-pages]") :].partition("\n[connections.acme-carried]")[0]
    world.parts.revisions.publish(text + added.replace("acme-pages", "later"), "Ada", "page")
    return AdminPages(world)


def states(ada: AdminPages, path: str = PATH) -> list[str]:
    found = ada.get(f"{path}.json").json
    return [found[key]["state"] for key in ("published", "package", "launch", "score", "view")]


def test_the_lines_follow_what_happens(ada: AdminPages, world: World) -> None:
    assert states(ada) == ["ok", "wait", "wait", "wait", "wait"]
    given = ada.post("/admin/connections/acme/package", {"package": "inlay-salesforce-acme.zip"})
    assert (given.status_code, world.audited("package.given")[-1]["admin"]) == (200, "Ada")
    assert states(ada)[1] == "ok"
    world.badge(world.frame_token())
    assert states(ada) == ["ok"] * 5
    assert "It works" in words(ada.get(PATH))


def test_a_refused_launch_says_what_to_mend(ada: AdminPages, world: World) -> None:
    world.client.post("/launch/acme?component=score-badge", data={"signed_request": "x.y"})
    line = ada.get(f"{PATH}.json").json["launch"]
    assert line["state"] == "bad"
    assert len(line["text"]) > 30
    assert "/admin/connections/acme/why" in ada.get(PATH).text


def test_what_is_published_and_not_taken_over_yet_is_waited_for(ada: AdminPages, world: World) -> None:
    path = "/admin/connections/later/arrival"
    assert states(ada, path)[0] == "wait"
    assert "POST /inlay-token" in words(ada.get(path))  # its host's steps
    newest = world.parts.revisions.newest()
    assert newest is not None
    facts = {"admin": "Ada", "revision": newest.number}
    world.parts.audit.write("configuration.refused", reason="config", detail=facts)
    assert states(ada, path)[0] == "bad"


def test_only_its_own_admins_see_it(ada: AdminPages, world: World) -> None:
    other = AdminPages(world, Role.CONNECTION_ADMIN, ["acme-pages"])
    assert other.get(PATH).status_code == other.get(f"{PATH}.json").status_code == 404
    assert other.post("/admin/connections/acme/package", {"package": "x"}).status_code == 404
    assert AdminPages(world, Role.AUDITOR).post("/admin/connections/acme/package", {}).status_code == 403
    assert ada.get("/admin/connections/nobody/arrival").status_code == 404
    assert ada.post("/admin/connections/acme/package", {"package": "../x"}).status_code == 404
