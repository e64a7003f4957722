"""Jobs run at least once: claimed by one worker, given to another when it dies, dead when nothing helps."""

from __future__ import annotations

from typing import Any

import pytest

from app.db import Database
from app.db.jobs import Job, Priority, claim, depth, done, enqueue, enqueue_all, failed
from app.db.schema_jobs import jobs
from tests.db.conftest import Rival
from tests.db.rivals import go, race, wait_ready

NOW = 1000.0


def add(database: Database, n: int = 0, kind: str = "work", **options: Any) -> bool:
    with database.begin() as conn:
        return enqueue(conn, kind, {"n": n}, **options)


def take(database: Database, now: float = NOW, owner: str = "me") -> Job | None:
    return claim(database, ["work"], owner, lease_s=60, now=now)


def taken(database: Database, now: float = NOW) -> Job:
    job = take(database, now)
    assert job is not None
    return job


def test_a_job_goes_in_and_out(database: Database) -> None:
    assert add(database, 7)
    job = taken(database)
    assert (job.kind, job.payload, job.attempts, job.owner) == ("work", {"n": 7}, 1, "me")
    assert take(database) is None
    assert depth(database, NOW) == {"waiting": 0, "running": 1, "dead": 0}
    assert done(database, job)
    assert depth(database, NOW) == {"waiting": 0, "running": 0, "dead": 0}


def test_a_job_is_there_only_if_its_cause_is(database: Database) -> None:
    def enqueue_and_fail() -> None:
        with database.begin() as conn:
            enqueue(conn, "work", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        enqueue_and_fail()
    assert take(database) is None


def test_many_go_in_at_once_and_one_that_waits_already_stays_as_it_is(database: Database) -> None:
    add(database, 1, dedupe_key="one", priority=Priority.CHANGED)
    with database.begin() as conn:
        named = {"one": {"n": 10}, "two": {"n": 20}, "three": {"n": 30}}
        enqueue_all(conn, "work", named, priority=Priority.REFRESH)
    jobs = [taken(database) for _ in range(3)]
    assert [each.payload["n"] for each in jobs] == [1, 20, 30]
    assert take(database) is None


def test_priority_first_then_age(database: Database) -> None:
    add(database, 1, run_at=5)
    add(database, 2, run_at=3)
    add(database, 3, priority=Priority.CHANGED, run_at=9)
    add(database, 4, run_at=NOW + 1)
    add(database, 5, kind="other")
    assert [taken(database).payload["n"] for _ in range(3)] == [3, 2, 1]
    assert take(database) is None
    assert taken(database, NOW + 1).payload["n"] == 4


def test_a_waiting_twin_takes_the_higher_priority_and_the_earlier_time(database: Database) -> None:
    assert add(database, 1, dedupe_key="Lead/1", run_at=NOW + 100)
    assert not add(database, 2, dedupe_key="Lead/1", run_at=NOW, priority=Priority.WAITED)
    add(database, 3, priority=Priority.CHANGED)
    assert [taken(database).payload["n"], taken(database).payload["n"]] == [1, 3]
    assert take(database, NOW + 1) is None


def test_a_running_twin_does_not_count(database: Database) -> None:
    """The record may have changed after the running job read it."""
    add(database, 1, dedupe_key="Lead/1")
    first = taken(database)
    assert add(database, 2, dedupe_key="Lead/1")
    assert taken(database).payload["n"] == 2
    assert done(database, first)


def test_a_failed_job_comes_back_later_each_time_and_dies_at_last(database: Database) -> None:
    add(database, max_attempts=3)
    now, pauses = NOW, []
    for attempt in range(1, 4):
        job = taken(database, now)
        assert job.attempts == attempt
        again = failed(database, job, "core-unavailable", now)
        assert again == (attempt < 3)
        if again:
            started = now
            while not is_due(database, now):
                now += 0.25
            pauses.append(now - started)
    assert 0.75 <= pauses[0] <= 2.25
    assert 1.75 <= pauses[1] <= 4.25
    assert take(database, now + 1e6) is None
    assert depth(database, now) == {"waiting": 0, "running": 0, "dead": 1}


def is_due(database: Database, now: float) -> bool:
    from sqlalchemy import select

    with database.read() as conn:
        return conn.execute(select(jobs.c.id).where(jobs.c.run_at <= now)).first() is not None


def test_the_other_side_may_ask_for_a_longer_pause(database: Database) -> None:
    add(database)
    failed(database, taken(database), "throttled", NOW, retry_after_s=300)
    assert take(database, NOW + 299) is None
    assert take(database, NOW + 300) is not None


def test_who_lost_the_lease_cannot_end_the_job_of_another(database: Database) -> None:
    add(database)
    slow = taken(database)
    quick = taken(database, NOW + 60)
    assert not done(database, slow)
    assert not failed(database, slow, "late", NOW + 61)
    assert done(database, quick)


def test_a_job_whose_workers_all_die_is_dead_at_last(database: Database) -> None:
    add(database, 1, max_attempts=2)
    add(database, 2, run_at=1)
    assert [taken(database, NOW + 60 * n).payload["n"] for n in range(2)] == [1, 1]
    assert taken(database, NOW + 120).payload["n"] == 2  # the dead one is buried on the way
    assert depth(database, NOW + 121)["dead"] == 1


def test_two_processes_share_the_work_and_do_none_of_it_twice(database: Database, rival: Rival) -> None:
    for number in range(40):
        add(database, number)
    one, other = race(rival("claim", "one"), rival("claim", "other"))
    assert sorted(map(int, one + other)) == list(range(40))


def test_a_killed_workers_job_is_claimed_again_when_its_lease_ends(database: Database, rival: Rival) -> None:
    add(database, 7)
    worker = rival("hold", "one")
    wait_ready(worker)
    go(worker)
    assert worker.stdout.readline() == "7\n"
    worker.kill()  # SIGKILL: it cannot say goodbye
    worker.wait()
    assert take(database, NOW + 59) is None
    again = taken(database, NOW + 60)
    assert (again.payload["n"], again.attempts) == (7, 2)
