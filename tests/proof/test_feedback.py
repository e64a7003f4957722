"""Feedback through workers that are killed in the middle, a core that breaks off after it has heard, and jobs that come
in any order: the core holds what was said last of each thread, and each change had its effect once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from sqlalchemy import insert

from app.core.client import identity
from app.db import Database
from app.db.dead_jobs import depths
from app.db.reviews import Verdict
from app.db.schema import scores
from app.launch import Record
from app.review.change import SCORE, ReviewChange
from app.review.feedback import Feedback
from app.scorer.feedback import Feedback as Kept
from app.wiring import Ground
from tests.cli.written import written
from tests.core.server import Core, dropped, reply
from tests.proof.test_workers import busy, database, until
from tests.review.feedback.test_feedback import taking
from tests.world import World

pytestmark = [pytest.mark.proof, pytest.mark.alone]
__all__ = ["database"]  # a fixture

RECORDS, CHANGES, KILLS = 40, 3, 4
VERDICTS = (Verdict.ACCEPTED, Verdict.DISMISSED, None)


@contextmanager
def workers(world: World) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts `inlay worker`; whatever still runs in the end is killed."""
    path = written(world, {
        f'"sqlite:///{world.folder}/inlay.db"': '"env:INLAY_PROOF_STORE"',
        'deadline = "2s"': 'deadline = "5s"\nfeedback = true',
    })  # fmt: skip
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [str(Path(sys.executable).with_name("inlay")), "worker", "-c", str(path)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True))
        return started[-1]

    try:
        yield start
    finally:
        for process in started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def say(world: World, database: Database) -> None:
    """Three changes of each record's score, queued in an order of chance."""
    settings = taking(world.settings)
    ground = Ground(settings, database, world.parts.epochs, None, None, world.parts.audit, world.parts.metrics,  # type: ignore[arg-type]
                    world.parts.connections._door, time.time)  # fmt: skip
    feedback = Feedback(settings, ground.cores(), database, world.parts.audit, world.parts.metrics)
    core, now = identity(settings.cores["main"]), time.time()
    with database.begin() as conn:
        for n in range(RECORDS):
            conn.execute(insert(scores).values(
                id=f"decision-{n}", connection="acme", capability="lead_score", record_type="Lead", record_id=f"L{n}",
                value=50.0, meaning="index", factors="[]", model_name="m", model_version="1", computed_at=now,
                valid_until=now, features_hash="f", created_at=now, core=core,
            ))  # fmt: skip
        changes = [(n, version) for n in range(RECORDS) for version in range(1, CHANGES + 1)]
        random.Random(7).shuffle(changes)
        for n, version in changes:
            feedback.reviewed(conn, ReviewChange(
                "acme", "lead_score", Record("Lead", f"L{n}"), f"decision-{n}", SCORE, VERDICTS[version - 1], None, "",
                "", "zoe", True, version, now,
            ))  # fmt: skip


def test_every_change_has_its_effect_once_whoever_is_killed(world: World, database: Database) -> None:
    kept, effects, lock, chance = Kept(world.folder / "core.db"), Counter[str](), threading.Lock(), random.Random(3)

    def hear(core: Core, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        told = json.loads(body)
        outcome = kept.take(told)
        with lock:
            effects[told["id"]] += outcome == "kept"
            breaks = chance.random() < 0.15
        time.sleep(0.1)
        if breaks:
            dropped(core, handler, body)
        else:
            reply(handler, 200, json.dumps({"outcome": outcome}).encode())

    world.core.behave(hear)
    say(world, database)
    with workers(world) as start:
        running = [start() for _ in range(2)]
        for _ in range(KILLS):
            before = len(effects)
            until(lambda before=before: len(effects) > before + 3, 120)
            victim = busy(database, running, 60)
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            running[running.index(victim)] = start()
        until(lambda: not any(each.kind == "feedback" for each in depths(database, time.time())), 240)
    posted = Counter(body["id"] for path, body, _ in world.core.requests if path == "/v1/feedback")
    assert max(posted.values()) > 1  # it was told again
    assert max(effects.values()) == 1
    assert len([*kept.all()]) == RECORDS
    assert {each["version"] for each in kept.all()} == {CHANGES}
    assert {each["verdict"] for each in kept.all()} == {"withdrawn"}
