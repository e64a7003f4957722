"""Lanes: a crowd of one kind, or a slow job, is not waited for by another lane."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from app.db import Database
from app.db.jobs import Priority, enqueue
from app.db.migrations import upgrade
from app.jobs import Runner
from app.jobs._lanes import lanes
from app.metrics import NullMetrics


def test_threads_are_shared_by_the_kinds_of_a_lane() -> None:
    assert lanes({"score", "rescore", "analyse"}, 1) == [["rescore", "score"], ["analyse"], ["analyse"]]
    assert len(lanes({"score", "warm"}, 3)) == 6


def test_a_kind_without_a_lane_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match=r"no lane: new"):
        lanes({"new", "score"}, 1)


def test_one_kind_does_not_starve_another(tmp_path: Path) -> None:
    """A thousand events, each of a higher priority, and a document that never ends: the rest goes on."""
    database, order = Database(f"sqlite:///{tmp_path}/inlay.db"), []
    upgrade(database)
    release, quick = threading.Event(), threading.Event()
    wanted = {"warm", "revoke", "score"}

    def note(kind: str, _: Any) -> None:
        time.sleep(0.005)  # as a question to a core at best; who does nothing holds the database all the time
        order.append(kind)
        if wanted <= {*order}:
            quick.set()

    def block(_: Any) -> None:
        release.wait(20)

    with database.begin() as conn:
        for n in range(300):
            enqueue(conn, "rescore", {"n": n}, priority=Priority.CHANGED)
        for kind in ("analyse", "analyse", "analyse", "warm", "revoke"):
            enqueue(conn, kind, {}, priority=Priority.LOW)
        enqueue(conn, "score", {}, priority=Priority.WAITED)
    handled = {kind: lambda p, kind=kind: note(kind, p) for kind in ("rescore", "score", "warm", "revoke")}
    runner = Runner(database, {**handled, "analyse": block}, NullMetrics())
    runner.start()
    try:
        assert quick.wait(20)
        assert order.count("rescore") < 300
        assert next(kind for kind in order if kind in {"score", "rescore"}) == "score"  # the higher first
    finally:
        release.set()
        assert runner.stop(20)
        database.close()
