"""The last day of a connection, as the audit has it."""

from __future__ import annotations

from app.audit.lately import DAY_S, lately, refusals
from tests.world import World


def test_a_day_is_counted_by_connection(world: World) -> None:
    world.looked_at()
    world.client.post("/launch/acme?component=score-badge", data={"signed_request": "x.y"})
    day = lately(world.parts.database, world.clock.now)
    assert day["acme"].count("launch.accepted") >= 1
    assert day["acme"].count("view.shown") >= 1
    assert day["acme"].count("launch.refused") == 1
    assert day["acme"].last["view.shown"] == world.clock.now
    assert day["acme-pages"].count("launch.refused") == 0
    assert "acme" not in lately(world.parts.database, world.clock.now + DAY_S + 1)


def test_refusals_come_by_reason_with_the_newest_reference(world: World) -> None:
    for _ in range(2):
        world.client.post("/launch/acme?component=score-badge", data={"signed_request": "x.y"})
        world.clock.now += 60
    [found] = refusals(world.parts.database, "acme", world.clock.now)
    assert (found.event, found.count) == ("launch.refused", 2)
    assert found.reference == world.audited("launch.refused")[-1]["reference"]
    assert refusals(world.parts.database, "acme-pages", world.clock.now) == []
