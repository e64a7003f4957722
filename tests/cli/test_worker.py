"""`inlay worker`: works until it is told to end, finishes what is at hand; kills are in tests/proof/test_workers.py."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from click.testing import CliRunner

from app.cli import main
from app.cli.worker import work
from app.db.dead_jobs import depths
from app.db.jobs import enqueue
from tests.cli.written import written
from tests.core import server as core
from tests.warm import leads
from tests.world import World


def order(world: World, record: str) -> None:
    payload = {"connection": "acme", "capability": "lead_score", "records": [record]}
    with world.parts.database.begin() as conn:
        enqueue(conn, "score", payload)


def test_it_finishes_what_is_at_hand_and_begins_no_more(world: World) -> None:
    one, two = (str(each) for each in leads(world, 2))
    world.core.behave(core.slow(0.3))
    settings, told, ended = replace(world.settings), threading.Event(), []
    thread = threading.Thread(target=lambda: ended.append(work(settings, told, 20.0)))
    order(world, one)
    thread.start()
    while world.core.asked == 0:
        time.sleep(0.01)
    order(world, two)
    told.set()
    thread.join(20)
    assert ended == [True]
    assert [row["record"] for row in world.audited("answer.given")] == [one]
    assert [(each.kind, each.jobs) for each in depths(world.parts.database, time.time())] == [("score", 1)]


def test_a_configuration_that_does_not_hold_is_said_before_anything_runs(world: World) -> None:
    path = written(world, {'"score-badge", "score-card"': '"no-badge"'})
    result = CliRunner().invoke(main, ["worker", "-c", str(path)])
    assert result.exit_code == 2
    assert "component 'no-badge' is not known" in result.stderr
