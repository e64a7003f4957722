"""The page of a connection that leaves: for operators, who type its name; what is done is shown step by step."""

from __future__ import annotations

import pytest

from app.admins import Role
from tests.cli.written import written
from tests.routes.admin._browser import AdminPages, words
from tests.world import World

GONE = "acme-carried"
PATH = f"/admin/connections/{GONE}/leaving"


def test_who_types_its_name_lets_it_leave(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.leaving.steps.SETTLE_S", 0.0)
    written(world)
    ada = AdminPages(world)
    said = words(ada.get(PATH))
    assert "what was shown to whom" in said
    assert ada.post(PATH, {"confirm": "acme"}).status_code == 400
    assert world.parts.leaving.standing(GONE) is None
    assert ada.post(PATH, {"confirm": f" {GONE} "}).status_code == 303
    assert "How far it is" in words(ada.get(PATH))
    assert world.run_jobs() == 1
    said = words(ada.get(PATH))
    assert f"leaving-{GONE}-2026-11-18" in said
    assert "audit.jsonl" in said
    assert world.audited("connection.leaving")[0]["admin"] == "Ada"
    assert len(world.audited("connection.left")) == 1


def test_it_waits_for_the_other_processes_as_a_job_too(world: World) -> None:
    written(world)
    ada = AdminPages(world)
    ada.post(PATH, {"confirm": GONE})
    world.run_jobs()
    assert world.parts.leaving.standing(GONE).step == "removed"  # type: ignore[union-attr]
    world.clock.now += 21
    world.run_jobs()
    assert world.parts.leaving.standing(GONE).step == "erased"  # type: ignore[union-attr]


def test_what_is_in_its_way_is_said_and_nobody_else_may(world: World) -> None:
    written(world)
    ada = AdminPages(world)
    page = ada.get("/admin/connections/acme/leaving")
    assert "acme-pages reads its records through acme" in words(page)
    assert 'name="confirm"' not in page.text
    assert ada.post("/admin/connections/acme/leaving", {"confirm": "acme"}).status_code == 400
    for pages in (AdminPages(world, Role.CONNECTION_ADMIN), AdminPages(world, Role.AUDITOR)):
        assert pages.get(PATH).status_code == 403
        assert pages.post(PATH, {"confirm": GONE}).status_code == 403
    assert AdminPages(world, Role.OPERATOR, ["acme"]).get(PATH).status_code == 404
    assert ada.get("/admin/connections/nobody/leaving").status_code == 404
    assert world.parts.leaving.standing(GONE) is None
