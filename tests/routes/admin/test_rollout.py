"""The roll-out's page: what is decided there holds, and only who may decides."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.admins import Role
from tests.routes.admin._browser import AdminPages, words
from tests.world import LEAD, World

PATH = "/admin/connections/acme/rollout"


def test_a_connection_is_switched_off_and_on_again(world: World) -> None:
    ada, rollouts = AdminPages(world), world.parts.rollouts
    assert "The whole connection Shown to all" in words(ada.get(PATH))
    assert ada.post(PATH, {"component": "", "reach": "off"}).status_code == 303
    assert not rollouts.shows("acme", "score-badge", "zoe")
    assert "The whole connection Off since" in words(ada.get(PATH))
    ada.post(PATH, {"component": "", "reach": "all"})
    assert rollouts.shows("acme", "score-badge", "zoe")


def test_what_is_planned_is_shown(world: World) -> None:
    ada = AdminPages(world)
    form = {"component": "score-card", "reach": "percent", "percent": "12.5", "starts_at": "2030-01-02T09:30"}
    assert ada.post(PATH, form).status_code == 303
    assert "From Jan 2, 2030, 9:30" in words(ada.get(PATH)).replace("\u202f", " ")
    assert "Shown to 12.5 % of viewers" in words(ada.get(PATH))


@pytest.mark.parametrize(
    "form",
    [
        {"reach": "some"}, {"reach": "percent", "percent": "many"}, {"reach": "percent", "percent": "101"},
        {"reach": "viewers", "viewers": " , "}, {"reach": "off", "starts_at": "soon"},
        {"reach": "off", "component": "x"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_and_changes_nothing(world: World, form: dict[str, str]) -> None:
    answer = AdminPages(world).post(PATH, form)
    assert answer.status_code == 400
    assert world.parts.rollouts.plan("acme") == []


def test_who_may_only_look_cannot_decide(world: World) -> None:
    ada = AdminPages(world, Role.AUDITOR)
    assert "Switch all panels off" not in ada.get(PATH).text
    assert ada.post(PATH, {"reach": "off"}).status_code == 403
    other = AdminPages(world, Role.CONNECTION_ADMIN, ["acme-pages"])
    assert other.post(PATH, {"reach": "off"}).status_code == 404
    assert world.parts.rollouts.plan("acme") == []


def test_a_panel_that_is_switched_off_shows_nothing_at_once_and_comes_back(world: World) -> None:
    ada, token = AdminPages(world), world.element_token()
    item = [f"score-badge {LEAD} -"]
    assert world.batch(token, item).json["fragments"][0]["state"] == "ready"
    ada.post(PATH.replace("acme", "acme-pages"), {"component": "", "reach": "off"})
    world.parts.epochs.look()
    [off] = world.batch(token, item).json["fragments"]
    assert (off["state"], off["html"]) == ("off", '<span data-state="off" hidden></span>')
    assert "72" not in str(off)
    ada.post(PATH.replace("acme", "acme-pages"), {"component": "", "reach": "all"})
    world.parts.epochs.look()
    assert world.batch(token, item).json["fragments"][0]["state"] == "ready"


def test_what_is_planned_comes_without_anybody_doing_anything(world: World) -> None:
    ada, token = AdminPages(world), world.element_token()
    later = datetime.fromtimestamp(world.clock.now + 120, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    ada.post(PATH.replace("acme", "acme-pages"), {"component": "", "reach": "off", "starts_at": later})
    world.parts.epochs.look()
    item = [f"score-badge {LEAD} -"]
    assert world.batch(token, item).json["fragments"][0]["state"] == "ready"
    world.clock.now += 121
    assert world.batch(token, item).json["fragments"][0]["state"] == "off"
