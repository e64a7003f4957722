"""The overview: how each connection stands, by what happened in the last day."""

from __future__ import annotations

from app.admins import Role
from tests.routes.admin._browser import AdminPages, words
from tests.world import World


def test_a_connection_that_shows_panels_works(world: World) -> None:
    world.looked_at()
    said = words(AdminPages(world).get("/admin"))
    assert "acme salesforce Working" in said
    assert "acme-carried guest Quiet" in said


def test_a_connection_that_refuses_says_why(world: World) -> None:
    world.client.post("/launch/acme?component=score-badge", data={"signed_request": "x.y"})
    ada = AdminPages(world)
    assert "acme salesforce Refusing" in words(ada.get("/admin"))
    said = words(ada.get("/admin/connections/acme"))
    [row] = world.audited("launch.refused")
    assert f"launch.refused {row['reason']} 1" in said
    assert row["reference"] in said


def test_origins_that_tried_are_shown(world: World) -> None:
    world.parts.framings.count("acme", "https://elsewhere.example")
    ada = AdminPages(world)
    assert "https://elsewhere.example acme, 1 times" in words(ada.get("/admin"))
    assert "https://elsewhere.example" in words(ada.get("/admin/connections/acme"))
    assert "elsewhere" not in AdminPages(world, Role.AUDITOR, ["acme-pages"]).get("/admin").text
