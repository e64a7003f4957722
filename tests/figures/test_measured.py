"""What is counted as a metric anyway becomes a figure: nothing is counted twice, and a hot answer costs no more."""

from __future__ import annotations

from pathlib import Path

from app.db.migrations import upgrade
from app.figures import Figures
from app.figures.measured import MEASURED, measured
from app.figures.stored import StoredFigures
from app.metrics import METRICS, Metrics
from tests.databases import Moody

NOW = 1_795_000_000.0


def test_what_is_measured_is_a_metric_that_exists() -> None:
    assert METRICS.keys() >= MEASURED


def test_each_metric_becomes_its_figures() -> None:
    growth = {
        ("remembered", "acme", "score-badge"): 9,
        ("cache", "memory", "hit"): 8,
        ("cache", "ready", "hit"): 99,  # of answers, not of scores: counted as remembered
        ("core_calls", "main", "2xx"): 3,
        ("core_calls", "main", "timed-out"): 1,
        ("core_records", "main"): 40,
        ("arm_answers", "lead_score", "next", "high"): 4,
        ("arm_points", "lead_score", "next"): 290,
        ("host_calls", "salesforce", "acme", "ok"): 5,
        ("host_calls", "salesforce", "acme", "host-down"): 2,
        ("features", "acme", "revenue", "missing"): 6,
        ("jobs", "rescore", "dead"): 1,
        ("jobs", "rescore", "done"): 70,
        ("jobs", "alert", "dead"): 1,  # would be told to a receiver that takes nothing, for ever
    }
    assert [(each.connection, each.component, each.name, each.count) for each in measured(growth)] == [
        ("acme", "score-badge", "remembered", 9),
        ("", "", "cache-memory-hit", 8),
        ("", "", "core-calls:main", 3),
        ("", "", "core-calls:main", 1),
        ("", "", "core-failed:main", 1),
        ("", "", "core-records:main", 40),
        ("", "", "arm-high:lead_score:next", 4),
        ("", "", "arm-points:lead_score:next", 290),
        ("acme", "", "host-calls", 5),
        ("acme", "", "host-calls", 2),
        ("acme", "", "host-failed", 2),
        ("acme", "", "feature-missing:revenue", 6),
        ("", "", "jobs-dead", 1),
    ]


def test_two_that_share_their_metrics_count_everything_once(tmp_path: Path) -> None:
    """As while a new configuration takes over, with the one of before still at work."""
    database, metrics = Moody(f"sqlite:///{tmp_path}/inlay.db"), Metrics(strict=True)
    upgrade(database)
    stored = StoredFigures(database)
    before, after = (Figures(stored, metrics, lambda: NOW) for _ in range(2))
    for each in (before, after, before):
        metrics.count("remembered", connection="acme", component="score-badge")
        each.flush()
    database.away = True
    metrics.count("remembered", connection="acme", component="score-badge")
    after.flush()
    database.away = False
    after.flush()
    [point] = stored.series("1d", ["remembered"], 0.0, "acme", "score-badge")["remembered"]
    assert point.count == 4
    database.close()
