"""What the dashboard asks of the figures, on both databases: sums by part, the busiest hour, the first view."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db import Database
from app.figures.names import HOST_CALLS, VIEWS_SHOWN
from app.figures.reads import active_each, active_of_each, busiest, first_after, split, up_each
from app.figures.sketch import Sketch
from app.figures.stored import DAY_S, Figure, StoredFigures
from tests.databases import hasty, migrated_url

NOW = 1_795_000_000.0
TODAY = int(NOW // DAY_S)


@pytest.fixture(params=["sqlite", "postgres"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoredFigures]:
    with migrated_url(request.param, tmp_path) as url:
        database = Database(url)
        hasty(database)
        yield StoredFigures(database)
        database.close()


def sketch(*values: float) -> Sketch:
    made = Sketch()
    for value in values:
        made.add(value)
    return made


def test_sums_by_connection_and_by_component(stored: StoredFigures) -> None:
    for ago in (0, 1, 40):
        rows = [Figure("acme", "score-badge", VIEWS_SHOWN, 3), Figure("acme", "score-card", VIEWS_SHOWN, 1)]
        rows += [
            Figure("other", "score-badge", VIEWS_SHOWN, 5),
            Figure("acme", "score-badge", "road", 1, sketch(ago + 1)),
        ]
        stored.add(rows, (), NOW - ago * DAY_S)
    since, names = NOW - 30 * DAY_S, (VIEWS_SHOWN, "road")
    found = split(stored.database, "connection", names, since)
    assert {name: points[VIEWS_SHOWN].count for name, points in found.items()} == {"acme": 8, "other": 10}
    road = found["acme"]["road"].sketch
    assert road is not None
    assert (road.quantile(0.0), road.quantile(1.0)) == (pytest.approx(1, rel=0.01), pytest.approx(2, rel=0.01))
    for by, within, views in (
        ("component", "", {"score-badge": 16, "score-card": 2}),
        ("component", "acme", {"score-badge": 6, "score-card": 2}),
        ("connection", "score-badge", {"acme": 6, "other": 10}),
    ):
        found = split(stored.database, by, names, since, within=within)  # type: ignore[arg-type]
        assert {name: points[VIEWS_SHOWN].count for name, points in found.items()} == views


def test_the_busiest_hour(stored: StoredFigures) -> None:
    hour = NOW // 3600 * 3600
    for at, calls in ((hour, 5), (hour + 60, 6), (hour - 3600, 9), (hour - 30 * 3600, 99)):
        stored.add([Figure("acme", "", HOST_CALLS, calls)], (), at)
    assert busiest(stored.database, [HOST_CALLS], NOW - DAY_S)["acme", HOST_CALLS] == 11


@pytest.mark.parametrize(("ago_days", "span"), [(1, 300), (5, 3_600), (100, DAY_S)])
def test_the_first_view_after_a_moment_is_known_as_finely_as_it_is_kept(
    stored: StoredFigures, ago_days: int, span: float
) -> None:
    began = NOW - ago_days * DAY_S
    assert first_after(stored.database, VIEWS_SHOWN, "acme", began, NOW) is None
    stored.add([Figure("acme", "score-badge", VIEWS_SHOWN, 1)], (), began - 3 * DAY_S)  # before: a trial
    stored.add([Figure("acme", "score-badge", VIEWS_SHOWN, 0)], (), began + 100)  # an answer, of nothing new
    stored.add([Figure("acme", "score-badge", VIEWS_SHOWN, 1)], (), NOW - 200)
    found = first_after(stored.database, VIEWS_SHOWN, "acme", began, NOW)
    assert found is not None
    assert found[1] - found[0] == span
    assert found[0] <= NOW - 200 < found[1]


def test_viewers_by_day_by_week_and_by_connection(stored: StoredFigures) -> None:
    for ago in range(14):
        stored.add([], {("acme", "zoe"), ("acme", f"only-{ago}"), ("other", "zoe")}, NOW - ago * DAY_S)
    assert active_each(stored.database, "acme", TODAY - 2, 3, 1) == [2, 2, 2]
    assert active_each(stored.database, "acme", TODAY - 13, 14, 7) == [8, 8]
    assert active_each(stored.database, "", TODAY - 20, 21, 7) == [0, 9, 9]
    assert active_of_each(stored.database, TODAY - 6, 7) == {"acme": 8, "other": 1}


def test_each_days_minutes_since_the_first_that_is_known(stored: StoredFigures) -> None:
    midnight = TODAY * DAY_S
    for minute in (0, 1, 3):
        stored.add([], (), midnight + minute * 60)
    stored.add([], (), midnight - 60)
    now = midnight + 240
    assert up_each(stored.database, TODAY - 2, 3, now) == [None, 1.0, 0.75]
