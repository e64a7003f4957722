"""Figures in the database: summed over processes, by span of time, and forgotten in the end."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event

from app.db import Database
from app.figures.sketch import Sketch
from app.figures.stored import DAY_S, Figure, StoredFigures
from tests.databases import migrated_url

NOW = 1_795_000_000.0


@pytest.fixture(params=["sqlite", "postgres"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoredFigures]:
    with migrated_url(request.param, tmp_path) as url:
        database = Database(url)
        yield StoredFigures(database)
        database.close()


def sketch(*values: float) -> Sketch:
    made = Sketch()
    for value in values:
        made.add(value)
    return made


def test_a_figure_counts_for_itself_its_connection_and_all(stored: StoredFigures) -> None:
    stored.add([Figure("acme", "score-badge", "views", 3), Figure("acme", "score-card", "views", 2)], (), NOW)
    stored.add([Figure("other", "score-badge", "views", 5)], (), NOW)
    for connection, component, count in (
        ("acme", "score-badge", 3), ("acme", "", 5), ("other", "", 5), ("", "", 10),
    ):  # fmt: skip
        for grain in ("5m", "1h", "1d"):
            [point] = stored.series(grain, ["views"], 0.0, connection, component)["views"]
            assert point.count == count


def test_what_was_counted_leaves_in_few_statements(stored: StoredFigures) -> None:
    """Each process adds hundreds each minute: a statement made for each cost more than all else of it."""
    asked: list[str] = []
    event.listen(stored.database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    rows = [Figure("acme", f"c-{component}", f"n-{n}", n) for component in range(20) for n in range(20)]
    stored.add([*rows, Figure("acme", "c-7", "answer", 1, sketch(0.1))], (), NOW)
    assert len(asked) < 60
    [point] = stored.series("1d", ["n-19"], 0.0, "acme", "")["n-19"]
    assert point.count == 20 * 19


def test_sketches_of_two_processes_add_up(stored: StoredFigures) -> None:
    stored.add([Figure("acme", "", "answer", 2, sketch(0.1, 0.2))], (), NOW)
    stored.add([Figure("acme", "", "answer", 1, sketch(10.0))], (), NOW + 1)
    [point] = stored.series("1d", ["answer"], 0.0)["answer"]
    assert point.count == 3
    assert point.sketch is not None
    assert point.sketch.quantile(1.0) == pytest.approx(10.0, rel=0.01)


def test_nothing_is_lost_when_many_add_at_once(stored: StoredFigures) -> None:
    rows = [Figure(name, "score-badge", "answer", 1, sketch(0.1)) for name in ("b", "a", "c")]

    def add(n: int) -> None:
        stored.add(rows if n % 2 else rows[::-1], {("a", f"viewer-{n % 3}")}, NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(24)))
    [point] = stored.series("5m", ["answer"], 0.0)["answer"]
    assert (point.count, point.sketch.count if point.sketch else 0) == (72, 72)
    assert stored.active("a", int(NOW // DAY_S), 1) == 3


def test_viewers_are_counted_once_in_any_number_of_days(stored: StoredFigures) -> None:
    day = int(NOW // DAY_S)
    for ago in range(3):
        stored.add([], {("acme", "zoe"), ("acme", f"only-{ago}"), ("other", "zoe")}, NOW - ago * DAY_S)
    assert stored.active("acme", day, 1) == 2
    assert stored.active("acme", day - 6, 7) == 4
    assert stored.active("", day - 6, 7) == 5


def test_minutes_without_anybody_are_counted_as_down(stored: StoredFigures) -> None:
    assert stored.minutes_up(NOW - DAY_S, NOW) == (0, 0)
    begin = NOW // 60 * 60
    for minute in (*range(10), *range(15, 20)):
        stored.add([], (), begin + minute * 60 + 5)
        stored.add([], (), begin + minute * 60 + 15)
    assert stored.minutes_up(begin - DAY_S, begin + 20 * 60) == (15, 20)


def test_what_is_old_is_forgotten_by_its_grain(stored: StoredFigures) -> None:
    stored.add([Figure("acme", "", "views", 1)], {("acme", "zoe")}, NOW)
    stored.prune(NOW + 3 * DAY_S)
    assert stored.series("5m", ["views"], 0.0)["views"] == []
    assert len(stored.series("1h", ["views"], 0.0)["views"]) == 1
    stored.prune(NOW + 500 * DAY_S)
    assert stored.series("1d", ["views"], 0.0)["views"] == []
    assert stored.active("acme", 0, 10**6) == 0
