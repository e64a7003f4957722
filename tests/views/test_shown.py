"""What badge and card both say: numbers that do not claim too much, ages in coarse steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.answer import State
from tests.views.cast import NOW, READY, SCORE, shown

SCORES = ("score-badge", "score-card")


@pytest.mark.parametrize(("value", "number"), [(69.99, 69), (70.0, 70), (69.9999999999, 70), (0.4, 0), (100.0, 100)])
def test_a_number_never_claims_the_next_band(value: float, number: int) -> None:
    for tag in SCORES:
        assert shown(tag, replace(READY, score=replace(SCORE, value=value)))["score"] == number


@pytest.mark.parametrize(
    ("old", "told"),
    [
        (5, 60),
        (119, 60),
        (299, 240),
        (899, 600),
        (3599, 3300),
        (7199, 3600),
        (86399, 82800),
        (200_000, 172_800),
    ],
)
def test_an_age_is_told_in_coarse_steps(old: int, told: int) -> None:
    stale = replace(READY, state=State.STALE, score=replace(SCORE, computed_at=NOW - timedelta(seconds=old)))
    for tag in SCORES:
        assert shown(tag, stale)["age"] == told
        assert shown(tag, replace(stale, state=State.READY))["age"] is None
