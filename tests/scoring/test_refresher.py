"""Popular scores are ordered anew before they are stale: once each, by jobs of low priority."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from sqlalchemy import select

from app.core.changes import Changes
from app.core.levels import Levels
from app.core.popular import LOOKS, ahead_s
from app.core.stored import OUTDATED, Key
from app.db import leases
from app.db.jobs import Priority, enqueue
from app.db.schema_jobs import jobs
from app.launch import Record
from app.metrics import NullMetrics
from app.scoring.decisions import FRESH_SPREAD, carried_hash
from app.scoring.refresher import PRUNE_AFTER_S, PRUNE_EACH_S, STEP_S, Refresher
from tests.scoring.test_scoring import many
from tests.world import LEAD, World

TTL = 900
SOON = TTL * (
    1 - FRESH_SPREAD
)  # seconds later every score of now is about to age, and none has: not one less, not more
assert ahead_s(TTL) >= TTL * FRESH_SPREAD


class Process:
    """What one process counts and remembers, on the database of a world whose viewers look and whose jobs run."""

    def __init__(self, world: World, step_s: float = STEP_S) -> None:
        parts = world.parts
        self.world, stored = world, parts.stored
        self.levels = Levels(stored, None, Changes(parts.epochs), NullMetrics(), 1_000_000)
        self.refresher = Refresher(parts.connections, self.levels, parts.database, world.clock, step_s)
        self.step = self.refresher.step

    def looked(self, record: str = LEAD, times: int = LOOKS, connection: str = "acme-pages", **asked: Any) -> None:
        """So many sessions look at a record; what a launch carried has a key of its own."""
        for _ in range(times):
            self.world.exchange(records=[record], connection=connection, **asked)
            features = asked.get("features", {}).get(record)
            carried = "" if features is None else carried_hash(features)
            key = Key(connection, "lead_score", Record.parse(record), carried)
            self.refresher.looked([key])
            self.levels.look([key], self.world.clock.now)


@pytest.fixture
def process(world: World) -> Process:
    return Process(world)


def waiting(world: World) -> list[tuple[str, int]]:
    with world.parts.database.read() as conn:
        rows = conn.execute(select(jobs.c.payload, jobs.c.priority).where(jobs.c.kind == "rescore")).all()
    return [(json.loads(row.payload)["record"], row.priority) for row in rows]


def test_what_is_popular_and_soon_stale_is_renewed_before_anybody_sees_it(world: World, process: Process) -> None:
    [rare] = many(world, 1)
    process.looked()
    process.looked(rare, times=1)
    assert process.step() == 0  # all is fresh for long
    world.clock.now += SOON
    assert process.step() == 1
    assert process.step() == 0  # a job is on its way
    assert waiting(world) == [(LEAD, Priority.REFRESH)]
    world.core.score = 40
    assert world.run_jobs() == 1
    assert world.core.asked == 3
    world.clock.now += 200  # what the viewers' process remembers has aged
    answer = world.exchange(records=[LEAD]).json["fragments"][0]
    assert (answer["state"], "<b>40</b>" in answer["html"]) == ("ready", True)
    assert world.core.asked == 3


def test_two_processes_order_one_job_and_the_one_that_remembers_the_old_score_finds_the_new_one(
    world: World, process: Process
) -> None:
    with world.another() as other:
        neighbour = Process(other)
        for each in (process, neighbour):
            each.looked()
        world.clock.now += SOON
        assert (process.step(), neighbour.step()) == (1, 1)
        assert len(waiting(world)) == 1
        world.run_jobs()
        asked = world.core.asked
        world.clock.now += 200
        assert other.exchange().json["fragments"][0]["state"] == "ready"
    assert world.core.asked == asked == 2


def test_a_score_that_was_renewed_meanwhile_is_not_asked_again(world: World, process: Process) -> None:
    process.looked()
    world.clock.now += SOON
    for _ in range(2):
        with world.parts.database.begin() as conn:
            enqueue(conn, "rescore", {"connection": "acme-pages", "record": LEAD}, run_at=world.clock.now)
        world.run_jobs()
    assert world.core.asked == 2


def test_what_cannot_be_asked_anew_is_not_ordered(world: World, process: Process) -> None:
    process.looked(features={LEAD: {"activity": 1}}, fields=None)
    process.looked(connection="acme-carried", features={LEAD: {"activity": 1}}, fields=None)
    process.refresher.looked([Key("gone", "lead_score", Record.parse(LEAD))] * LOOKS)
    world.clock.now += SOON
    assert process.step() == 0


def test_what_has_changed_has_a_job_of_its_own(world: World, process: Process) -> None:
    process.looked()
    world.event(LEAD)
    world.parts.epochs.look()
    key = Key("acme-pages", "lead_score", Record.parse(LEAD))
    assert process.levels.look([key], world.clock.now)[key].fresh_until == OUTDATED
    assert process.step() == 0


def test_leases_that_ended_are_forgotten(world: World, process: Process) -> None:
    with world.parts.database.begin() as conn:
        leases.take(conn, {"of a killed process": 0}, "gone", world.clock.now, world.clock.now + 5)
    world.clock.now += max(PRUNE_AFTER_S, PRUNE_EACH_S) + 6
    process.step()
    with world.parts.database.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM leases").scalar_one() == 0


def test_its_thread_begins_with_the_first_look_and_ends_with_the_process(world: World) -> None:
    process = Process(world, step_s=0.01)
    process.looked()
    world.clock.now += SOON
    until = time.monotonic() + 5
    while not waiting(world) and time.monotonic() < until:
        time.sleep(0.01)
    process.refresher.close()
    assert waiting(world) == [(LEAD, Priority.REFRESH)]
