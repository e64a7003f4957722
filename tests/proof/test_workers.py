"""Workers as real processes on both databases: killed in the middle, again and again, they lose nothing.

Each record is scored once: what was cut off is taken up by another worker, and what was kept is not done twice.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests

from app.db import Database
from app.db.dead_jobs import depths
from app.db.jobs import enqueue
from app.db.migrations import upgrade
from tests import services
from tests.cli.written import written
from tests.core import server as core
from tests.databases import database_url
from tests.warm import leads
from tests.world import World

pytestmark = [pytest.mark.proof, pytest.mark.alone]

JOBS, EACH, KILLS = 90, 3, 4


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    folder = tmp_path / "database"
    folder.mkdir()
    with database_url(request.param, folder) as url:
        monkeypatch.setenv("INLAY_PROOF_STORE", url)
        database = Database(url)
        upgrade(database)
        yield database
        database.close()


@contextmanager
def workers(world: World) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `inlay worker`; whatever still runs in the end is killed."""
    store = {f'"sqlite:///{world.folder}/inlay.db"': '"env:INLAY_PROOF_STORE"'}
    path = written(world, store | {"wait =": "ttl = '1h'\nwait =", 'deadline = "2s"': 'deadline = "30s"'})
    started: list[subprocess.Popen[str]] = []

    def start(*options: str) -> subprocess.Popen[str]:
        command = [str(Path(sys.executable).with_name("inlay")), "worker", "-c", str(path), *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        started.append(process)
        return process

    try:
        yield start
    finally:
        for process in started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with whatever it left behind
            process.communicate()


def at_hand(database: Database, process: subprocess.Popen[str]) -> bool:
    """Whether it is in the middle of a job."""
    with database.read() as conn:
        owners = conn.exec_driver_sql("SELECT lease_owner FROM jobs WHERE lease_owner IS NOT NULL").scalars()
        return any(owner.startswith(f"{process.pid}-") for owner in owners)


def order(database: Database, world: World, jobs: int = JOBS) -> None:
    """So many jobs of some records each."""
    names = [str(each) for each in leads(world, jobs * EACH)]
    with database.begin() as conn:
        for n in range(jobs):
            some = names[n * EACH : (n + 1) * EACH]
            enqueue(conn, "score", {"connection": "acme", "capability": "lead_score", "records": some})


def scored(database: Database) -> dict[str, int]:
    with database.read() as conn:
        rows = conn.exec_driver_sql("SELECT record_id, count(*) FROM scores GROUP BY record_id").all()
    return dict(tuple(row) for row in rows)


def until(done: Callable[[], bool], within_s: float) -> None:
    ends = time.monotonic() + within_s
    while not done():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.05)


def busy(database: Database, running: Sequence[subprocess.Popen[str]], within_s: float) -> subprocess.Popen[str]:
    """One that is in the middle of a job."""
    found: list[subprocess.Popen[str]] = []

    def looked() -> bool:
        found[:] = [each for each in running if at_hand(database, each)]
        return bool(found)

    until(looked, within_s)
    return found[0]


def over(database: Database) -> bool:
    return not any(each.kind == "score" for each in depths(database, time.time()))


def test_workers_that_are_killed_lose_nothing_and_do_nothing_twice(world: World, database: Database) -> None:
    world.core.behave(core.slow(0.5))
    order(database, world)
    with workers(world) as start:
        running = [start() for _ in range(3)]
        for _ in range(KILLS):
            before = len(scored(database))
            until(lambda before=before: len(scored(database)) > before, 180)
            victim = busy(database, running, 180)
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            running[running.index(victim)] = start()
        assert not over(database)  # they were killed in the middle
        until(lambda: over(database), 240)
    assert len(scored(database)) == JOBS * EACH
    assert set(scored(database).values()) == {1}


def told(port: int, path: str) -> requests.Response | None:
    """What the worker says of itself; None while it does not answer."""
    try:
        return requests.get(f"http://127.0.0.1:{port}{path}", timeout=5)
    except requests.ConnectionError:
        return None


def is_well(port: int) -> bool:
    answer = told(port, "/healthz")
    return answer is not None and answer.status_code == 200


def counted(port: int) -> float:
    """Score jobs done, by all of its processes, as its figures say."""
    answer = told(port, "/metrics")
    assert answer is not None
    found = re.search(r'inlay_jobs_total\{kind="score",outcome="done"\} (\S+)', answer.text)
    return float(found[1]) if found else 0.0


def processes_of(worker: subprocess.Popen[str]) -> list[int]:
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    return [int(each) for each in children if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]


def test_a_worker_that_is_told_to_end_finishes_and_a_process_that_dies_is_replaced(
    world: World, database: Database
) -> None:
    world.core.behave(core.slow(0.3))
    order(database, world, jobs=60)
    port = services.free_port()
    with workers(world) as start:
        worker = start("--processes", "2", "--metrics-port", str(port))
        until(lambda: is_well(port), 60)
        until(lambda: bool(scored(database)), 60)
        os.kill(processes_of(worker)[0], signal.SIGKILL)
        until(lambda: not is_well(port), 10)
        before = len(scored(database))
        until(lambda: len(scored(database)) > before + 5 * EACH, 60)
        until(lambda: is_well(port), 60)
        # those of the killed process count on; of a job that is done the row goes first
        assert len(scored(database)) / EACH - 3 <= counted(port) <= len(scored(database)) / EACH + 3
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    left = [each for each in depths(database, time.time()) if each.kind == "score"]
    assert {each.state for each in left} <= {"waiting", "running"}
    # what was cut off is the killed process' alone: whoever was told to end gave nothing up
    assert sum(each.jobs for each in left if each.state == "running") <= 1
    assert len(scored(database)) + EACH * sum(each.jobs for each in left) == 60 * EACH


def runs(process: int) -> bool:
    """Whether it is there, and no mere entry that nobody has taken note of yet."""
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_processes_whose_watcher_is_killed_finish_and_end(world: World, database: Database) -> None:
    world.core.behave(core.slow(0.3))
    order(database, world, jobs=60)
    with workers(world) as start:
        worker = start("--processes", "2")
        until(lambda: bool(scored(database)), 60)
        working = processes_of(worker)
        worker.kill()
        until(lambda: not any(map(runs, working)), 30)
    left = [each for each in depths(database, time.time()) if each.kind == "score"]
    assert {each.state for each in left} == {"waiting"}
    assert len(scored(database)) + EACH * sum(each.jobs for each in left) == 60 * EACH


@pytest.mark.parametrize("processes", ["1", "2"])
def test_how_many_jobs_it_does_in_a_second(
    world: World, database: Database, processes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Jobs of three records whose core answers at once. The floor is far below what a free machine does."""
    jobs = 600
    with workers(world) as start:
        order(database, world, jobs=jobs)
        worker = start("--processes", processes)
        until(lambda: bool(scored(database)), 60)
        began, before = time.monotonic(), len(scored(database))
        until(lambda: over(database), 120)
        done, took_s = (len(scored(database)) - before) / EACH, time.monotonic() - began
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    name, load = database.engine.dialect.name, os.getloadavg()[0]
    with capsys.disabled():
        sys.stdout.write(f"\n{name}, {processes} processes: {done / took_s:.0f} jobs/s (load {load:.1f})\n")
    assert len(scored(database)) == jobs * EACH
    assert done / took_s > 5
