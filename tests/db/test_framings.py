"""Refused framings: counted, bounded, written seldom."""

from __future__ import annotations

import pytest

from app.db import Database
from app.db import framings as module
from app.db.framings import Framings
from tests.world import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


@pytest.fixture
def framings(database: Database, clock: Clock) -> Framings:
    return Framings(database, clock)


def test_what_comes_often_is_written_seldom_and_all_of_it_counted(framings: Framings, clock: Clock) -> None:
    for _ in range(5):
        framings.count("acme", "https://a.example")
    [row] = framings.all()
    assert (row.count, row.first_at, row.last_at) == (1, 1000.0, 1000.0)
    clock.now += module.WRITE_EACH_S
    framings.count("acme", "https://a.example")
    [row] = framings.all()
    assert (row.count, row.first_at, row.last_at) == (6, 1000.0, 1010.0)


def test_connections_and_processes_count_together(database: Database, framings: Framings, clock: Clock) -> None:
    framings.count("acme", "https://a.example")
    framings.count("other", "https://a.example")
    Framings(database, clock).count("acme", "https://a.example")
    assert sorted((each.connection, each.count) for each in framings.all()) == [("acme", 2), ("other", 1)]


def test_a_connection_keeps_its_last_origins_only(
    framings: Framings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ORIGINS", 3)
    framings.count("other", "https://kept.example")
    for number in range(6):
        clock.now += 1
        framings.count("acme", f"https://{number}.example")
    kept = [each.origin for each in framings.all() if each.connection == "acme"]
    assert kept == ["https://5.example", "https://4.example", "https://3.example"]
    assert len(framings.all()) == 4
