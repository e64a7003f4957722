"""The backlog: what can wait is one job for many looks, and what cannot is left alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.backlog import Backlog
from app.core.stored import Key
from app.db.jobs import claim
from app.launch import Record
from tests.warm import leads, warming
from tests.world import World

SMALL = {"company_size": 10}
LARGE = {"company_size": 500}


@pytest.fixture
def here(world: World) -> Iterator[World]:
    with warming(world) as made:
        yield made


def backlog(world: World) -> Backlog:
    return Backlog(world.parts.database, world.clock)


def keys(records: list[Record], carried: str = "") -> list[Key]:
    return [Key("acme", "lead_score", record, carried) for record in records]


def add(world: World, within: Backlog, asked: list[Key]) -> None:
    connection = world.parts.connections.get("acme")
    within.add(connection, connection.capabilities[0], asked)


def jobs(world: World) -> list[list[str]]:
    found = []
    while job := claim(world.parts.database, ["score"], "me", 60, world.clock.now):
        found.append(job.payload["records"])
    return found


def test_what_nobody_scored_ahead_can_wait(here: World) -> None:
    connection = here.parts.connections.get("acme")
    capability = connection.capabilities[0]
    one, two, three = keys(leads(here, 3))
    carried = {two: SMALL, three: LARGE}  # a launch said already what is known of these
    assert backlog(here).can_wait(connection, capability, [one, two, three], carried) == [one, two]


def test_without_rules_nothing_can_wait(world: World) -> None:
    connection = world.parts.connections.get("acme")
    asked = keys(leads(world, 3))
    assert backlog(world).can_wait(connection, connection.capabilities[0], asked, {}) == []


def test_many_looks_are_one_job(here: World) -> None:
    within, asked = backlog(here), keys(leads(here, 3))
    for _ in range(5):
        add(here, within, asked)
    add(here, backlog(here), asked)  # another process
    assert jobs(here) == [[str(key.record) for key in asked]]


def test_only_what_is_new_is_added(here: World) -> None:
    within, asked = backlog(here), keys(leads(here, 3))
    add(here, within, asked[:1])
    add(here, within, asked)
    assert sorted(jobs(here)) == [[str(asked[0].record)], [str(key.record) for key in asked[1:]]]
    here.clock.now += 11  # a worker may have been lost with it
    add(here, within, asked[:1])
    assert jobs(here) == [[str(asked[0].record)]]


def test_what_a_launch_carried_is_in_no_job(here: World) -> None:
    add(here, backlog(here), keys(leads(here, 1), carried="carried-1"))
    assert jobs(here) == []
