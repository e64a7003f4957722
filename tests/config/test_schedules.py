"""When something happens again."""

from __future__ import annotations

import pytest

from app.config import Settings
from app.errors import ConfigError
from tests.config.test_table import GOOD, KEY

MIDNIGHT = 1_764_460_800.0  # 2025-11-30 00:00 UTC
HOUR = 3600.0


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INLAY_KEY", KEY)


def following(text: str, now: float) -> float:
    schedule = Settings.parse(GOOD + f"warm = {text}").connections["crm"].warm
    assert schedule is not None
    return schedule.after(now) - now


def test_after_so_long() -> None:
    assert following('"6h"', MIDNIGHT) == 6 * HOUR


def test_each_day_at_a_time_of_utc() -> None:
    assert following('"03:30"', MIDNIGHT) == 3.5 * HOUR
    assert following('"03:30"', MIDNIGHT + 3.5 * HOUR) == 24 * HOUR
    assert following('"03:30"', MIDNIGHT + 4 * HOUR) == 23.5 * HOUR


@pytest.mark.parametrize("text", ['"25:00"', '"3:00"', '"daily"', '"10s"', "6", "true"])
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"no schedule|once a minute"):
        Settings.parse(GOOD + f"warm = {text}")
