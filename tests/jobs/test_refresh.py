"""Renewal as a job: it comes back whatever happens."""

from __future__ import annotations

from app.db.dead_jobs import depths
from tests.warm import warming
from tests.world import World


def test_it_comes_back_also_when_it_fails(world: World) -> None:
    with warming(world) as here:
        here.parts.ahead.begin()
        for _ in range(3):
            here.clock.now += 61
            with here.parts.database.begin() as conn:
                conn.exec_driver_sql("UPDATE audit SET record = 'no record'")
            assert here.run_jobs() == 1
        assert [(each.kind, each.jobs) for each in depths(here.parts.database, here.clock.now)] == [
            ("refresh", 1),
            ("schedule", 1),
        ]
