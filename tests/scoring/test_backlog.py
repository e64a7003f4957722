"""The backlog: what can wait is one job for many looks, and what cannot is left alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from app.core.misses import Miss
from app.core.parse import Insufficient
from app.core.stored import Key
from app.db.jobs import claim
from app.launch import Record
from app.scoring.backlog import Backlog
from tests.core import server as core
from tests.warm import leads, warming
from tests.world import LEAD, World

SMALL = {"company_size": 10}
LARGE = {"company_size": 500}


@pytest.fixture
def here(world: World) -> Iterator[World]:
    with warming(world) as made:
        yield made


def backlog(world: World, *missed: Key) -> Backlog:
    return Backlog(lambda _: {key: Miss(Insufficient(())) for key in missed}, world.parts.database, world.clock)


def keys(records: list[Record], carried: str = "") -> list[Key]:
    return [Key("acme", "lead_score", record, carried) for record in records]


def put_off(
    world: World, within: Backlog, asked: list[Key], features: Mapping[Key, Mapping[str, Any]] | None = None
) -> frozenset[Key]:
    connection = world.parts.connections.get("acme")
    return within.put_off(connection, connection.capabilities[0], asked, features or {})[0]


def jobs(world: World) -> list[list[str]]:
    found = []
    while job := claim(world.parts.database, ["score"], "me", 60, world.clock.now):
        found.append(job.payload["records"])
    return found


def test_what_nobody_scored_ahead_can_wait(here: World) -> None:
    one, two, three = keys(leads(here, 3))
    assert put_off(here, backlog(here), [one, two, three], {two: SMALL, three: LARGE}) == {one, two}


def test_without_rules_nothing_can_wait(world: World) -> None:
    assert put_off(world, backlog(world), keys(leads(world, 3))) == frozenset()
    assert jobs(world) == []


def test_what_was_asked_in_vain_is_not_asked_again(here: World) -> None:
    one, two = keys(leads(here, 2))
    assert put_off(here, backlog(here, one), [one, two]) == {one, two}
    assert jobs(here) == [[str(two.record)]]


def test_many_looks_are_one_job(here: World) -> None:
    within, asked = backlog(here), keys(leads(here, 3))
    for _ in range(5):
        put_off(here, within, asked)
    put_off(here, backlog(here), asked)  # another process
    assert jobs(here) == [[str(key.record) for key in asked]]


def test_only_what_is_new_is_added(here: World) -> None:
    within, asked = backlog(here), keys(leads(here, 3))
    put_off(here, within, asked[:1])
    put_off(here, within, asked)
    assert sorted(jobs(here)) == [[str(asked[0].record)], [str(key.record) for key in asked[1:]]]
    here.clock.now += 11  # a worker may have been lost with it
    put_off(here, within, asked[:1])
    assert jobs(here) == [[str(asked[0].record)]]


def test_what_a_launch_carried_is_in_no_job(here: World) -> None:
    [key] = keys(leads(here, 1), carried="carried-1")
    assert put_off(here, backlog(here), [key], {key: SMALL}) == {key}
    assert jobs(here) == []


def told(world: World, token: str) -> str:
    """The state that a frame is told."""
    answer = world.badge(token, LEAD)
    assert answer.status_code == 200, answer.text
    found = re.search(r'data-state="(\w+)"', answer.text)
    assert found, answer.text
    return found[1]


def test_a_first_look_at_a_record_that_can_wait_asks_nobody_and_is_answered_by_the_job(here: World) -> None:
    token = here.frame_token()
    assert told(here, token) == "pending"
    assert here.core.asked == 0
    assert here.run_jobs() == 1
    assert told(here, token) == "ready"
    assert here.core.asked == 1


def test_what_the_job_learned_in_vain_is_said_and_not_asked_for_ever(here: World) -> None:
    token = here.frame_token()
    here.core.behave(core.says({"results": [{"error": {"code": "insufficient-features", "missing": ["activity"]}}]}))
    with here.another() as worker:
        assert worker.run_jobs() == 1
    assert told(here, token) == "empty"
    assert here.run_jobs() == 0
