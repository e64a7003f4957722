"""One question however many processes have it: also without Redis, also when the one that asks is killed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app.db import leases
from tests.core import server as core
from tests.databases import migrated_url
from tests.db.rivals import go, race, wait_ready
from tests.processes import Program
from tests.scoring.test_scoring import first_state, held, many, settle, state
from tests.world import LEAD, World
from tests.world import world as make_world

Viewers = Callable[[int], Program]


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world on either database, whose viewers wait for 5 s."""
    with (
        migrated_url(request.param, tmp_path) as url,
        make_world(tmp_path, wait="5s", store="" if request.param == "sqlite" else url) as made,
    ):
        yield made


@pytest.fixture
def viewers(place: World) -> Iterator[Viewers]:
    """Starts another process of so many viewers on the world's database, core and host."""
    started: list[Program] = []

    def start(looks: int) -> Program:
        started.append(Program("tests.viewers", str(place.folder), str(looks)))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@contextmanager
def ticking(world: World) -> Iterator[None]:
    """Time goes on: of two scores of one moment none is the newer."""
    over = threading.Event()

    def tick() -> None:
        while not over.wait(0.001):
            world.clock.now += 0.001

    ticks = threading.Thread(target=tick)
    ticks.start()
    yield
    over.set()
    ticks.join()


def writes(world: World) -> list[str]:
    """Which transactions write from now on, by their first words."""
    seen: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement == "BEGIN IMMEDIATE":
            seen.append(statement)

    event.listen(world.parts.database.engine, "before_cursor_execute", note)
    return seen


@pytest.mark.parametrize("each", [60, pytest.param(250, marks=pytest.mark.proof)])
def test_a_crowd_at_two_processes_is_one_question(place: World, viewers: Viewers, each: int) -> None:
    place.core.behave(core.slow(0.3))
    heard = race(viewers(each), viewers(each))
    assert heard == [[f"ready:{each}"]] * 2
    assert (place.core.asked, place.api.calls.count("read")) == (1, 1)
    assert len(place.audited("answer.given")) == 1
    assert len(place.audited("view.shown")) == 2


def test_a_failure_that_one_process_met_is_not_met_again_by_the_others(place: World) -> None:
    place.core.behave(core.status(401))  # not tried again
    token = place.element_token(records=[])
    assert first_state(place, token) == "unavailable"
    with place.another() as other:
        assert first_state(other, token) == "unavailable"
        assert (place.core.asked, len(place.audited("core.failed"))) == (1, 1)
        place.core.behave()
        place.clock.now += 3
        assert first_state(other, token) == "ready"


def test_that_too_little_is_known_is_known_to_all_until_the_record_changes(place: World) -> None:
    error = {"code": "insufficient-features", "missing": ["activity"], "detail": "x"}
    place.core.behave(core.says({"results": [{"error": error}]}))
    token = place.element_token(records=[])
    assert first_state(place, token) == "empty"
    with place.another() as other:
        assert first_state(other, token) == "empty"
        assert place.core.asked == 1
        place.core.behave()
        place.event(LEAD)
        other.parts.epochs.look()
        assert first_state(other, token) == "ready"


def test_a_process_that_is_killed_while_it_asks_is_replaced_when_its_lease_ends(place: World, viewers: Viewers) -> None:
    gate = threading.Event()
    place.core.behave(held(gate), times=1)
    killed = viewers(1)
    wait_ready(killed)
    go(killed)
    until = time.monotonic() + 5
    while not place.core.asked and time.monotonic() < until:
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    with place.parts.database.read() as conn:
        [lease] = leases.held(conn, ["acme-pages|lead_score|||" + LEAD], place.clock.now).values()
    token = place.element_token(records=[])
    place.clock.now = lease.until - 1
    looking = threading.Thread(target=first_state, args=(place, token))
    looking.start()
    time.sleep(0.1)
    assert place.core.asked == 1  # who looks meanwhile waits for the lease
    place.clock.now = lease.until
    looking.join(5)
    gate.set()
    assert first_state(place, token) == "ready"
    assert (place.core.asked, len(place.audited("answer.given"))) == (2, 1)


def test_who_waits_longer_than_wait_is_told_that_it_is_pending(tmp_path: Path) -> None:
    with make_world(tmp_path, wait="50ms") as world, world.another() as other:
        gate = threading.Event()
        world.core.behave(held(gate))
        tokens = [each.element_token(records=[]) for each in (world, other)]
        assert [first_state(each, token) for each, token in zip((world, other), tokens, strict=True)] == ["pending"] * 2
        assert world.core.asked == 1
        gate.set()
        until = time.monotonic() + 5
        while first_state(other, tokens[1]) != "ready" and time.monotonic() < until:
            time.sleep(0.02)
        assert first_state(other, tokens[1]) == "ready"
        assert world.core.asked == 1


def test_a_batch_asks_for_what_nobody_asks_for_and_waits_for_the_rest(tmp_path: Path) -> None:
    with make_world(tmp_path) as world, world.another() as other:
        records = many(world, 20)
        gate = threading.Event()
        world.core.behave(held(gate), times=1)
        looks = [threading.Thread(target=world.exchange, args=(records[:15],))]
        looks[0].start()
        until = time.monotonic() + 5
        while not world.core.asked and time.monotonic() < until:
            time.sleep(0.01)
        threading.Timer(0.2, gate.set).start()
        answer = other.exchange(records=records)
        looks[0].join()
        assert {each["state"] for each in answer.json["fragments"]} == {"ready"}
        assert [len(body["items"]) for _, body, _ in world.core.requests] == [15, 5]


def test_a_job_waits_for_who_is_asking_and_asks_again_if_that_was_before_the_change(tmp_path: Path) -> None:
    with make_world(tmp_path, wait="50ms") as world, world.another() as worker:
        settle(world, world.frame_token(), "ready")
        world.clock.now += 901
        gate = threading.Event()

        def old_answer(asked: core.Core, handler: core.Handler, body: bytes) -> None:
            gate.wait(4)
            core.says({"results": [core.good(72)]})(asked, handler, body)

        world.core.behave(old_answer, times=1)
        token = world.frame_token()
        assert state(world.badge(token)) == "stale"
        world.core.score = 31
        world.event(LEAD)
        threading.Timer(0.2, gate.set).start()
        with ticking(world):
            assert worker.run_jobs() == 1
        assert "<b>31</b>" in settle(world, token, "ready").text
        assert world.core.asked == 3


def test_a_first_look_costs_one_write_more_and_no_other(tmp_path: Path) -> None:
    """On SQLite each write is an fsync: the lease, the score with its audit row and the lease's end, the view."""
    with make_world(tmp_path) as world:
        token = world.element_token(records=[])
        seen = writes(world)
        assert first_state(world, token) == "ready"
        assert len(seen) == 3


def test_a_core_that_breaks_us_leaves_no_lease(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        for behaviour in (core.status(503), core.GARBAGE, core.says({"results": []}), None):
            world.core.behave(behaviour)
            first_state(world, world.element_token(records=[]))
            with world.parts.database.read() as conn:
                asking = conn.exec_driver_sql("SELECT count(*) FROM leases WHERE answer IS NULL").scalar_one()
            assert asking == 0
            world.clock.now += 3
