"""What is told of a work: nothing at first, then often enough that no note is believed for longer than it holds."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from app.analysis.telling import BEAT_S, SILENT_S, Telling
from app.core.stored_readings import ReadingKey, Step, holds_s
from app.errors import StoreUnavailable
from app.launch import Record

KEY = ReadingKey("library", "contract_review", Record("driveItem", "a:b"))


@dataclass
class Table:
    """Keeps what it is told, and when."""

    clock: list[float]
    told: list[tuple[float, str, float]] = field(default_factory=list)
    beats: list[tuple[float, str]] = field(default_factory=list)
    away: bool = False

    def tell(self, _: ReadingKey, version: str, step: Step, now: float) -> None:
        if self.away:
            raise StoreUnavailable
        self.told.append((now, version, step.share))

    def beat(self, _: ReadingKey, version: str, now: float) -> None:
        if self.away:
            raise StoreUnavailable
        self.beats.append((now, version))


def telling(length_s: float, table: Table) -> Telling:
    """Of a work that takes so long, and knows it."""

    def how_far() -> Step:
        now = table.clock[0]
        return Step("reading", 0, 0, min(now / length_s, 0.99), max(length_s - now, 0.0))

    return Telling(table, KEY, "1", how_far, lambda: table.clock[0], lambda: table.clock[0])  # type: ignore[arg-type]


def worked(length_s: float, news_each_s: float | None = None) -> Table:
    table = Table([0.0])
    made, said = telling(length_s, table), 0.0
    while (now := table.clock[0]) < length_s:
        if news_each_s and now - said >= news_each_s:
            made.happens(lambda: None)
            said = now
        made.pulse()
        table.clock[0] = now + 0.01
    return table


@pytest.mark.parametrize("news_each_s", [None, 0.02])
def test_a_short_work_is_over_before_anything_is_told(news_each_s: float | None) -> None:
    assert worked(SILENT_S, news_each_s).told == []


@pytest.mark.parametrize("length_s", [0.5, 2.0, 20.0, 200.0])
@pytest.mark.parametrize("news_each_s", [None, 0.02])
def test_a_note_comes_before_the_one_before_is_stale(length_s: float, news_each_s: float | None) -> None:
    times = [at for at, *_ in worked(length_s, news_each_s).told]
    assert times[0] == pytest.approx(SILENT_S, abs=0.02)
    assert all(later - at < holds_s(length_s - at) for at, later in pairwise(times))


def test_a_silent_work_is_told_seldom_and_lives() -> None:
    table = worked(600.0)
    assert len(table.told) < 100
    signs = sorted([at for at, *_ in table.told] + [at for at, _ in table.beats])
    assert max(later - at for at, later in pairwise(signs)) <= BEAT_S + 0.02


def test_another_version_is_known_at_once() -> None:
    table = Table([0.0])
    made = telling(9.0, table)
    made.is_of("1")
    assert table.beats == []
    made.is_of("2")
    assert table.beats == [(0.0, "2")]


def test_it_tells_beside_whoever_works_and_nothing_after_the_end() -> None:
    table, seen = Table([0.0]), threading.Event()
    made = telling(9.0, table)
    with made.going_on():
        assert table.beats == [(0.0, "1")]
        table.clock[0] = 1.0
        for _ in range(100):
            if table.told or seen.wait(0.05):
                break
        assert table.told
        table.clock[0] = 8.0
    told = len(table.told)
    assert not seen.wait(0.2)
    assert len(table.told) == told


def test_where_nothing_can_be_written_the_work_goes_on() -> None:
    table = Table([0.0], away=True)
    made = telling(9.0, table)
    table.clock[0] = 1.0
    with made.going_on():
        made.happens(lambda: None)
        made.is_of("2")
    assert table.told == []
