"""The figures' page, of what really happened."""

from __future__ import annotations

from app.admins import Role
from tests.routes.admin._browser import AdminPages, words
from tests.world import World

PATH = "/admin/figures"


def test_what_happened_is_counted(world: World) -> None:
    world.looked_at()
    world.exchange(aud="https://somebody-else.example")
    world.parts.figures.flush()
    ada = AdminPages(world)
    said = words(ada.get(f"{PATH}?connection=acme-pages"))
    assert "People today 1 Views 1 Launches 1 Reviews 0" in said
    assert "Launches refused, 30 days 1 Answers not available 0 of 1" in said
    assert "1 people in 7 days" in said
    assert "Views 2 Launches 2" in words(ada.get(PATH))


def test_as_csv(world: World) -> None:
    world.looked_at()
    world.parts.figures.flush()
    answer = AdminPages(world).get(f"{PATH}?connection=acme&form=csv")
    assert answer.mimetype == "text/csv"
    head, *rows = answer.text.splitlines()
    assert head.startswith("day,views,launches,refused,remembered,answers-ready")
    assert rows[-1].startswith("2026-11-18,1,1,0,0,1")
    assert len(rows) == 30


def test_of_one_s_own_connections_only(world: World) -> None:
    ada = AdminPages(world, Role.AUDITOR, ["acme"])
    assert ada.get(f"{PATH}?connection=acme-pages").status_code == 404
    page = ada.get(PATH)
    assert page.status_code == 200
    assert "All connections" not in page.text
    assert "acme-pages" not in page.text
