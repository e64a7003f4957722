"""A schedule as a job."""

from __future__ import annotations

from app.db.dead_jobs import depths
from app.jobs import schedule
from tests.warm import warming
from tests.world import World


def test_it_orders_a_run_for_each_score_and_sets_its_next_time(world: World) -> None:
    with warming(world) as here:
        for _ in range(2):
            schedule.handle(here.parts.ahead, {"connection": "acme"})
        found = [(each.kind, each.state, each.jobs) for each in depths(here.parts.database, here.clock.now)]
        assert found == [("schedule", "later", 1), ("warm", "waiting", 1)]
