"""The job in processes of its own: killed half-way, taken up again, done once however many work."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.answer import State
from app.jobs import LEASE_S
from tests.db.rivals import wait_ready
from tests.hosts._proofs import APP, TENANT
from tests.library import CONTRACT, TEXT, File, Shelf, document, shelf
from tests.processes import Program
from tests.world import CONFIG, GUEST

MORE = """
[cores.reviewer]
url = "{reviewer}"
[capabilities.contract_review]
core = "reviewer"
kind = "analysis"
records = ["driveItem"]
[connections.sharepoint]
host = "sharepoint"
origins = ["https://contoso.sharepoint.com"]
components = ["document-sidebar"]
capabilities = ["contract_review"]
tenants = ["{tenant}"]
client_id = "{app}"
client_secret = "file:{folder}/client"
host_url = "{api}"
authority = "{api}"
audience = "{app}"
"""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Shelf]:
    with shelf(tmp_path) as made:
        yield made


@contextlib.contextmanager
def worker(stage: Shelf) -> Iterator[Program]:
    """Another process on the same database, whose clock goes on from ours."""
    world = stage.world
    config = world.folder / "worker.toml"
    config.write_text(
        (CONFIG + MORE).format(
            folder=world.folder, store=f'url = "sqlite:///{world.folder}/inlay.db"', core=world.core.url,
            api=stage.library.url, wait="1s", deadline="5s",
            origin=GUEST["origins"][0], issuer=GUEST["issuer"], audience=GUEST["audience"],
            reviewer=stage.core.url, tenant=TENANT, app=APP,
        )
    )  # fmt: skip
    process = Program("tests.jobs.worker", str(config), str(world.clock.now))
    try:
        wait_ready(process)
        yield process
    finally:
        process.kill()
        process.communicate()


def until(done: Callable[[], bool]) -> None:
    for _ in range(1000):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def test_a_killed_workers_job_is_taken_up_when_its_lease_ends(stage: Shelf) -> None:
    session = stage.session()
    stage.read(session)
    stage.core.slow_s = 30
    with worker(stage) as process:
        until(lambda: len(stage.core.asked) == 1)
        until(lambda: stage.read(session)[0].progress is not None)  # short work says none
        process.kill()
        process.wait()
    stage.core.slow_s = 0
    assert stage.world.run_jobs() == 0  # its lease holds still
    [reading] = stage.read(session)
    assert reading.state is State.PENDING
    assert reading.progress is not None
    stage.later(LEASE_S + 10)
    stage.world.run_jobs()
    assert [each.state for each in stage.read(session)] == [State.READY]
    assert len(stage.world.audited("analysis.given")) == 1


def test_processes_share_the_work_and_do_each_document_once(stage: Shelf) -> None:
    names = [document(f"01MANY{n}") for n in range(12)]
    for n, name in enumerate(names):
        stage.library.put(name, File(TEXT + b"%d" % n))
    session = stage.session(*names)
    with worker(stage), worker(stage):
        stage.read(session, *names)
        until(lambda: len(stage.world.audited("analysis.given")) == len(names))
    assert sorted(each["document"]["sha256"] for each in stage.core.asked) == sorted(
        {each["document"]["sha256"] for each in stage.core.asked}
    )
    assert len(stage.core.asked) == len(names)
    assert {each.state for each in stage.read(session, *names)} == {State.READY}


def test_a_job_whose_session_is_over_leaves_the_document_to_the_next_viewer(stage: Shelf) -> None:
    session = stage.session()
    stage.read(session)
    stage.world.parts.sessions.end(session)
    stage.world.run_jobs()
    assert stage.core.asked == []
    stage.later(2)
    other = stage.session(CONTRACT)
    assert [each.state for each in stage.analysed(other)] == [State.READY]


def test_a_job_of_a_connection_that_is_gone_or_switched_off_does_nothing(stage: Shelf) -> None:
    runner, work = stage.world.runner, {"record": CONTRACT, "capability": "contract_review"}
    runner._handlers["analyse"]({"connection": "gone"} | work)
    runner._handlers["analyse"]({"connection": "sharepoint"} | work | {"capability": "gone"})
    assert stage.library.downloads == []
