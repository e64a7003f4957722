"""Satisfaction is told as its field has it, and of few answers only how many there were."""

from __future__ import annotations

import pytest

from app.figures.satisfied import LEAST, NAMES, Satisfied
from app.figures.stored import Point


def said(*counts: int, asked: int = 100, declined: int = 3) -> Satisfied:
    return Satisfied.of({name: Point(0.0, n, None) for name, n in zip(NAMES, (*counts, asked, declined), strict=True)})


def test_the_score_is_the_share_of_fours_and_fives() -> None:
    found = said(1, 2, 5, 20, 12)
    assert (found.answers, found.asked, found.declined) == (40, 100, 3)
    assert (found.score, found.response) == (pytest.approx(32 / 40), pytest.approx(0.4))
    assert found.mean == pytest.approx((1 + 4 + 15 + 80 + 60) / 40)


def test_of_few_answers_there_is_no_share_and_nobody_s_answer() -> None:
    few, enough = said(0, 0, 0, 1, LEAST - 2, asked=LEAST - 1), said(0, 0, 0, 1, LEAST - 1)
    assert (few.answers, few.told, few.mean, few.score, few.response) == (LEAST - 1, None, None, None, None)
    assert enough.score == 1.0
    together = Satisfied.of_all([few, few])
    assert (together.answers, together.score) == (2 * LEAST - 2, 1.0)


def test_where_nobody_was_asked_there_is_nothing() -> None:
    assert Satisfied.of({}) == Satisfied()
    assert Satisfied().mean is None
