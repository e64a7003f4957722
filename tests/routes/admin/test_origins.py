"""Origins that tried: of one's own connections, with what to do about it."""

from __future__ import annotations

from app.admins import Role
from tests.routes.admin._browser import AdminPages, words
from tests.world import World

PATH = "/admin/origins"


def test_who_tried_and_whether_it_is_listed(world: World) -> None:
    assert "Nobody who is not listed" in words(AdminPages(world).get(PATH))
    listed = world.settings.connections["acme"].origins[0]
    world.parts.framings.count("acme", "https://intranet.example")
    world.parts.framings.count("acme", listed)
    world.parts.framings.count("acme-pages", "https://evil.example")
    said = words(AdminPages(world).get(PATH))
    assert "https://intranet.example acme No 1" in said
    assert f"{listed} acme Listed now 1" in said
    theirs = words(AdminPages(world, Role.CONNECTION_ADMIN, ["acme"]).get(PATH))
    assert "intranet" in theirs
    assert "evil" not in theirs
