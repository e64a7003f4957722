"""A month of figures: right within one percent, and read in the blink of an eye."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from app.db import Database
from app.db.migrations import upgrade
from app.figures.names import LAUNCHES, ROAD, VIEWS_SHOWN, answered
from app.figures.sketch import Sketch
from app.figures.stored import DAY_S, Figure, StoredFigures
from app.figures.summary import DAYS, summary
from tests.databases import hasty

NOW = 1_795_000_000.0


@pytest.fixture
def stored(tmp_path: Path) -> StoredFigures:
    database = Database(f"sqlite:///{tmp_path}/inlay.db")
    hasty(database)
    upgrade(database)
    return StoredFigures(database)


def test_a_month_of_four_nodes_is_right_and_quick(stored: StoredFigures) -> None:
    chance, lengths = random.Random(7), []
    for day in range(DAYS):
        for node in range(4):
            sketch = Sketch()
            for _ in range(50):
                lengths.append(chance.lognormvariate(-4, 1))
                sketch.add(lengths[-1])
            rows = [Figure(f"c{node}", "score-badge", ROAD, 50, sketch), Figure(f"c{node}", "", VIEWS_SHOWN, 1_000)]
            rows += [
                Figure(f"c{node}", "", answered("ready"), 990),
                Figure(f"c{node}", "", answered("unavailable"), 10),
            ]
            stored.add(rows, {(f"c{node}", f"viewer-{day}")}, NOW - day * DAY_S)
    began = time.thread_time()
    found = summary(stored, "", NOW)
    assert time.thread_time() - began < 0.3
    lengths.sort()
    assert found.total("views") == 4 * DAYS * 1_000
    assert found.whole.failed == pytest.approx(0.01)
    assert (found.whole.fresh, found.whole.viewers, found.viewers_week) == (1.0, 4, 28)
    for seconds, share in zip(found.whole.seconds, (0.5, 0.95, 0.99), strict=True):
        assert seconds == pytest.approx(lengths[int(share * (len(lengths) - 1))], rel=0.011)
    assert summary(stored, "c1", NOW).total("views") == DAYS * 1_000


def test_nothing_is_nothing_and_not_a_division_by_zero(stored: StoredFigures) -> None:
    found = summary(stored, "acme", NOW)
    assert (len(found.days), found.whole.failed, found.whole.fresh, found.uptime) == (DAYS, None, None, (None, None))
    assert (found.remembered, found.overridden, found.hits("memory"), found.ages) == (None, None, None, (None,) * 3)
    stored.add([Figure("acme", "", LAUNCHES, 1)], (), NOW)
    assert summary(stored, "acme", NOW).days[-1].counts[LAUNCHES] == 1
