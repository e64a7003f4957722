"""Counting beside the road: cheap, and patient with a database that is away."""

from __future__ import annotations

from pathlib import Path

from app.db.migrations import upgrade
from app.figures import Figures
from app.figures.stored import DAY_S, StoredFigures
from app.metrics import NullMetrics
from tests.databases import Moody

NOW = 1_795_000_000.0


def test_what_was_counted_is_written_and_counted_once(tmp_path: Path) -> None:
    database = Moody(f"sqlite:///{tmp_path}/inlay.db")
    upgrade(database)
    stored = StoredFigures(database)
    figures, metrics = Figures(stored, NullMetrics(), lambda: NOW), NullMetrics()
    for seconds in (0.1, 0.2):
        figures.count("acme", "score-badge", "views")
        figures.observe("acme", "score-badge", "answer", seconds)
        figures.launched("acme", "score-badge", "zoe")
    figures.flush()
    figures.flush()
    [views] = stored.series("1h", ["views"], 0.0)["views"]
    [answer] = stored.series("1h", ["answer"], 0.0)["answer"]
    assert (views.count, answer.count, stored.active("acme", int(NOW // DAY_S), 1)) == (2, 2, 1)
    assert metrics.counted == {}
    database.close()


def test_nothing_is_lost_while_the_database_is_away(tmp_path: Path) -> None:
    database = Moody(f"sqlite:///{tmp_path}/inlay.db")
    upgrade(database)
    stored, metrics = StoredFigures(database), NullMetrics()
    figures = Figures(stored, metrics, lambda: NOW)
    for away in (True, True, False):
        database.away = away
        figures.count("acme", "", "views")
        figures.observe("acme", "", "answer", 0.1)
        figures.launched("acme", "score-badge", "zoe")
        figures.flush()
    [views] = stored.series("1h", ["views"], 0.0)["views"]
    [answer] = stored.series("1h", ["answer"], 0.0)["answer"]
    assert (views.count, answer.count, stored.active("acme", int(NOW // DAY_S), 1)) == (3, 3, 1)
    assert metrics.counted["figure_failures",] == 2
    database.close()


def test_what_is_left_is_written_at_the_end(tmp_path: Path) -> None:
    database = Moody(f"sqlite:///{tmp_path}/inlay.db")
    upgrade(database)
    stored = StoredFigures(database)
    figures = Figures(stored, NullMetrics(), lambda: NOW)
    figures.start()
    figures.count("acme", "", "views")
    figures.close()
    assert len(stored.series("1h", ["views"], 0.0)["views"]) == 1
    database.close()


def test_what_is_old_is_forgotten_and_an_absent_database_is_no_trouble(tmp_path: Path) -> None:
    database = Moody(f"sqlite:///{tmp_path}/inlay.db")
    upgrade(database)
    stored, moment = StoredFigures(database), [NOW]
    figures = Figures(stored, NullMetrics(), lambda: moment[0])
    figures.count("acme", "", "views")
    figures.flush()
    moment[0] += 500 * DAY_S
    database.away = True
    figures.prune()
    database.away = False
    figures.prune()
    assert stored.series("1d", ["views"], 0.0)["views"] == []
    database.close()
