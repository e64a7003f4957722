"""What is scored ahead: lists that are under way, and schedules; of one's own connections."""

from __future__ import annotations

import re

from app.admins import Role
from app.db.warms import Run
from tests.machines.callers.world import ROW, bring, key, lines, row
from tests.routes.admin._browser import AdminPages, words
from tests.world import World

PATH = "/admin/imports"


def test_lists_that_go_on_and_those_that_stopped(world: World) -> None:
    assert "None. Score a list" in words(AdminPages(world).get(PATH))
    now = world.clock.now
    with world.parts.database.begin() as conn:
        Run("acme", "lead_score", "a" * 64).reach(conn, 12_400, now - 10)
        Run("acme-pages", "lead_score", "b" * 64).reach(conn, 200, now - 3600)
    said = words(AdminPages(world).get(PATH))
    assert "acme lead_score Goes on 12,400" in said
    assert "acme-pages lead_score Stopped 200" in said
    theirs = words(AdminPages(world, Role.CONNECTION_ADMIN, ["acme"]).get(PATH))
    assert "12,400" in theirs
    assert "acme-pages" not in theirs


def test_batches_that_services_brought(world: World) -> None:
    mine = key(world)
    assert "None. A warehouse sends" in words(AdminPages(world).get(PATH))
    assert bring(world, mine, lines(ROW), batch="night-1").status_code == 200
    assert bring(world, mine, lines(row(score=101)), batch="night-2").status_code == 422
    said = words(AdminPages(world).get(PATH))
    assert re.search(r"night-1 \w{12} apex Shown 1 ", said)
    assert "night-2 apex Refused rows-wrong" in said
    assert "night-" not in words(AdminPages(world, Role.CONNECTION_ADMIN, ["acme-pages"]).get(PATH))
