"""Quotas: so fast and no faster, for all processes together."""

from __future__ import annotations

import pytest
from limits import parse

from app.db import Database
from app.db.quotas import MOST_BEFORE, reserve

NOW = 1_000.0
RATE = parse("20/second")


def take(database: Database, n: int, now: float = NOW, patience_s: float = 60.0, name: str = "core:main") -> float:
    return reserve(database, name, n, RATE, now, patience_s)


def test_who_takes_much_is_followed_by_a_pause(database: Database) -> None:
    assert take(database, 200) == 0
    assert take(database, 200) == pytest.approx(10)
    assert take(database, 1, NOW + 12) == pytest.approx(8)
    assert take(database, 1, NOW + 100) == 0


def test_who_cannot_wait_so_long_takes_nothing(database: Database) -> None:
    take(database, 200)
    assert take(database, 200, patience_s=5) == pytest.approx(10)
    assert take(database, 200, patience_s=5) == pytest.approx(10)
    assert take(database, 0) == pytest.approx(10)  # a look
    assert take(database, 200, NOW + 10, patience_s=0) == 0


def test_those_who_wait_wait_behind_each_other(database: Database) -> None:
    assert [take(database, 200, patience_s=float("inf")) for _ in range(4)] == pytest.approx([0, 10, 20, 30])


def test_each_has_its_own(database: Database) -> None:
    take(database, 200)
    assert take(database, 200, name="host:crm") == 0


def test_a_rate_that_was_mended_is_not_waited_for(database: Database) -> None:
    reserve(database, "core:main", 200, parse("1/day"), NOW, 60.0)
    assert take(database, 20, patience_s=200) == pytest.approx(MOST_BEFORE / 20)
