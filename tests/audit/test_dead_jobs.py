"""What an admin does with dead jobs is done with its row, or not at all."""

from __future__ import annotations

import pytest

from app.audit.dead_jobs import drop, replay
from app.db.dead_jobs import Chosen, dead
from app.db.jobs import claim, enqueue, failed
from app.errors import StoreUnavailable
from tests.world import World


def die(world: World) -> int:
    with world.parts.database.begin() as conn:
        enqueue(conn, "score", {"connection": "acme"}, max_attempts=1)
    job = claim(world.parts.database, ["score"], "me", 60, world.clock.now)
    assert job is not None
    failed(world.parts.database, job, "core-status-503", world.clock.now)
    return job.id


def test_with_a_row_that_names_the_admin_where_there_is_one(world: World) -> None:
    p = world.parts
    die(world)
    assert replay(p.database, p.audit, Chosen(kind="score"), world.clock.now) == {("score", "acme"): 1}
    assert "admin" not in world.audited("job.replayed")[0]
    assert claim(p.database, ["score"], "me", 60, world.clock.now)
    number = die(world)
    drop(p.database, p.audit, Chosen((number,)), "Ada")
    assert world.audited("job.dropped")[0]["admin"] == "Ada"


def test_what_cannot_be_audited_is_not_done(world: World) -> None:
    p, number = world.parts, die(world)
    with p.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE audit RENAME TO gone")
    with pytest.raises(StoreUnavailable):
        drop(p.database, p.audit, Chosen((number,)))
    assert [each.id for each in dead(p.database, world.clock.now, "", 10)] == [number]
