"""A job that takes longer than its lease stays with the process that runs it, for as long as that lives."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from app.db import Database
from app.db.jobs import claim, enqueue
from app.db.migrations import upgrade
from app.jobs import LEASE_S, Runner, _leases
from app.metrics import NullMetrics


def test_a_long_job_is_not_taken_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_leases, "EXTEND_EACH_S", 0.02)
    database = Database(f"sqlite:///{tmp_path}/inlay.db")
    upgrade(database)
    with database.begin() as conn:
        enqueue(conn, "warm", {})
    clock = [1_000.0]
    running, release, runs = threading.Event(), threading.Event(), []

    def long(_: Any) -> None:
        runs.append(1)
        running.set()
        release.wait(20)

    runner = Runner(database, {"warm": long}, NullMetrics(), lambda: clock[0])
    runner.start()
    try:
        assert running.wait(10)
        for _ in range(4):
            clock[0] += LEASE_S - 1
            extended = clock[0] + LEASE_S
            for _ in range(400):
                with database.read() as conn:
                    if conn.exec_driver_sql("SELECT leased_until FROM jobs").scalar_one() >= extended:
                        break
                time.sleep(0.01)
            assert claim(database, ["warm"], "another", LEASE_S, clock[0]) is None
    finally:
        release.set()
        assert runner.stop(20)
    with database.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM jobs").scalar_one() == 0
    assert runs == [1]
    database.close()
