"""The runner: one job at a time, failures tried again later, bugs survived, ended when told."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from sqlalchemy import event

from app.db.jobs import Postponed, depth, enqueue
from app.jobs._runner import PAUSE_S
from tests.world import LEAD, World


def states(world: World) -> dict[str, int]:
    return depth(world.parts.database, world.clock.now)


def test_nothing_to_do(world: World) -> None:
    assert world.runner.step() is False


def test_a_failed_job_comes_again_and_ends_as_dead(world: World) -> None:
    world.looked_at()
    world.api.status = 503
    world.event(LEAD)
    attempts = 0
    for _ in range(20):
        attempts += world.run_jobs()
        world.clock.now += 4000
    assert attempts == 2 * 5
    assert states(world) == {"dead": 2, "running": 0, "waiting": 0}
    with world.parts.database.read() as conn:
        errors = conn.exec_driver_sql("SELECT last_error FROM jobs").scalars().all()
    assert set(errors) == {"host-status-503"}


def test_a_job_whose_turn_has_not_come_waits_and_that_is_no_attempt(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_yet(*_: Any) -> None:
        raise Postponed(reason="quota", retry_after_s=30.0)

    monkeypatch.setattr(world.runner, "_handlers", {"rescore": not_yet})
    with world.parts.database.begin() as conn:
        enqueue(conn, "rescore", {}, run_at=world.clock.now)
    for _ in range(10):
        assert world.run_jobs() == 1
        world.clock.now += 29
        assert world.run_jobs() == 0
        world.clock.now += 1
    assert states(world) == {"dead": 0, "running": 0, "waiting": 1}


def test_what_is_at_hand_is_finished_but_not_waited_for_too_long(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, release = threading.Event(), threading.Event()

    def slow(*_: Any) -> None:
        begun.set()
        release.wait(20)

    monkeypatch.setattr(world.runner, "_handlers", {"rescore": slow})
    with world.parts.database.begin() as conn:
        enqueue(conn, "rescore", {"n": 1}, run_at=world.clock.now)
        enqueue(conn, "rescore", {"n": 2}, run_at=world.clock.now)
    world.runner.start()
    assert begun.wait(10)
    assert world.runner.stop(0.05) is False
    assert states(world) == {"dead": 0, "running": 1, "waiting": 1}
    release.set()
    assert world.runner.stop(20) is True  # the one at hand is done, the other was not begun
    assert states(world) == {"dead": 0, "running": 0, "waiting": 1}


def test_a_job_of_another_kind_is_left_to_others(world: World) -> None:
    with world.parts.database.begin() as conn:
        enqueue(conn, "somebody-elses", {}, run_at=world.clock.now)
    assert world.runner.step() is False


def test_a_bug_in_a_job_is_kept_by_its_name_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError(LEAD)

    monkeypatch.setattr(world.runner, "_handlers", {"rescore": broken})
    world.looked_at()
    world.event(LEAD)
    world.run_jobs()
    with world.parts.database.read() as conn:
        assert set(conn.exec_driver_sql("SELECT last_error FROM jobs").scalars()) == {"RuntimeError"}


def wait_for(done: Any) -> None:
    for _ in range(400):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def test_a_woken_runner_works_until_it_is_stopped(world: World) -> None:
    world.looked_at()
    world.runner.start()
    try:
        world.event(LEAD)
        wait_for(lambda: len(world.audited("answer.given")) == 2 * 2)
    finally:
        world.runner.stop()
    assert not any(thread.is_alive() for thread in world.runner._threads)


def test_a_table_that_cannot_be_read_does_not_end_the_runner(world: World) -> None:
    with world.parts.database.begin() as conn:
        enqueue(conn, "rescore", {}, run_at=world.clock.now)
        conn.exec_driver_sql("UPDATE jobs SET payload = 'no json'")
    world.runner.start()
    try:
        time.sleep(0.05)
        assert all(thread.is_alive() for thread in world.runner._threads)
    finally:
        world.runner.stop()


def test_an_idle_process_looks_with_one_thread_and_finds_what_others_enqueued(world: World) -> None:
    asked: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM jobs" in statement:
            asked.append(threading.current_thread().name)

    world.runner.start()
    try:
        time.sleep(PAUSE_S)  # each lane looks once by itself
        event.listen(world.parts.database.engine, "before_cursor_execute", note)
        wait_for(lambda: len(asked) >= 3)
        assert set(asked) == {"jobs"}
        with world.parts.database.begin() as conn:
            enqueue(conn, "rescore", {"connection": "acme", "record": LEAD}, run_at=world.clock.now)
        wait_for(lambda: states(world) == {"dead": 0, "running": 0, "waiting": 0})
    finally:
        world.runner.stop()
