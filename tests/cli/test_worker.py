"""`inlay worker`: works until it is told to end, finishes what is at hand; kills are in tests/proof/test_workers.py."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from click.testing import CliRunner

from app.cli import main
from app.cli.worker import work
from app.db.dead_jobs import depths
from app.db.jobs import enqueue
from app.jobs._runner import PAUSE_S
from app.node import Node
from app.reloader import Reloader
from tests.cli.written import written
from tests.core import server as core
from tests.warm import leads
from tests.world import World

pytestmark = pytest.mark.usefixtures("own_garbage")


def order(world: World, record: str) -> None:
    payload = {"connection": "acme", "capability": "lead_score", "records": [record]}
    with world.parts.database.begin() as conn:
        enqueue(conn, "score", payload)


def test_it_finishes_what_is_at_hand_and_begins_no_more(world: World) -> None:
    one, two = (str(each) for each in leads(world, 2))
    world.core.behave(core.slow(0.3))
    reloader, told, ended = Reloader(written(world), Node(), works=True), threading.Event(), []
    thread = threading.Thread(target=lambda: ended.append(work(reloader, told, 20.0)))
    order(world, one)
    thread.start()
    while world.core.asked == 0:
        time.sleep(0.01)
    order(world, two)
    told.set()
    thread.join(20)
    assert ended == [True]
    assert [row["record"] for row in world.audited("answer.given")] == [one]
    waiting = {each.kind: each.jobs for each in depths(world.parts.database, time.time())}
    assert waiting["score"] == 1


def test_where_servers_run_no_jobs_a_worker_does(world: World) -> None:
    [lead] = (str(each) for each in leads(world, 1))
    path = written(world, {"compression = false": "compression = false\njobs = false"})
    order(world, lead)
    server = Reloader(path, Node())
    try:
        time.sleep(2 * PAUSE_S)  # a runner would have looked by now
        assert world.audited("answer.given") == []
        worker = Reloader(path, Node(), works=True)
        try:
            ends = time.monotonic() + 10
            while not world.audited("answer.given"):
                assert time.monotonic() < ends, "nobody did it"
                time.sleep(0.02)
        finally:
            worker.close()
    finally:
        server.close()


def test_a_taken_port_is_said(world: World) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        result = CliRunner().invoke(main, ["worker", "-c", str(written(world)), "--metrics-port", port])
    assert result.exit_code == 1
    assert f"127.0.0.1:{port} is taken" in result.stderr


def test_a_configuration_that_does_not_hold_is_said_before_anything_runs(world: World) -> None:
    path = written(world, {'"score-badge", "score-card"': '"no-badge"'})
    result = CliRunner().invoke(main, ["worker", "-c", str(path)])
    assert result.exit_code == 2
    assert "component 'no-badge' is not known" in result.stderr
