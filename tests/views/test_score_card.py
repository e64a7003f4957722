"""The card's view: reasons in two rows, the trend placed on its axis."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.answer import TrendPoint
from app.answer.changes import Input
from app.views import score_card
from tests.views.cast import NOW, READY, shown


def test_it_asks_for_the_history() -> None:
    assert score_card.HISTORY


def test_reasons_are_parted_and_ordered_by_strength() -> None:
    card = shown("score-card", READY)
    assert [(f["label"], f["size"]) for f in card["up"]] == [("Size", 100), ("Source", 25)]
    assert [(f["label"], f["size"]) for f in card["down"]] == [("Idle", 50)]
    assert card["hidden"] == 2


def test_the_trend_is_placed_by_time_on_an_axis_of_tens() -> None:
    card = shown("score-card", READY)
    assert (card["trend_low"], card["trend_high"]) == (60, 90)
    assert [point["x"] for point in card["trend"]] == [0.0, 50.0, 100.0]
    assert [point["y"] for point in card["trend"]] == [93.3, 100.0, 18.0]


@pytest.mark.parametrize(
    ("values", "axis"),
    [
        ((84, 85), (70, 90)),
        ((0, 1), (0, 20)),
        ((99, 100), (80, 100)),
        ((50, 50), (40, 60)),
        ((0, 100), (0, 100)),
    ],
)
def test_the_axis_spans_enough_to_keep_a_wobble_small(values: tuple[float, ...], axis: tuple[int, int]) -> None:
    trend = tuple(TrendPoint(NOW + timedelta(days=day), value) for day, value in enumerate(values))
    card = shown("score-card", replace(READY, trend=trend))
    assert card["trend_high"] - card["trend_low"] >= 20
    assert card["trend_low"] <= min(values) <= max(values) <= card["trend_high"]
    assert (card["trend_low"], card["trend_high"]) == axis


def test_a_trend_needs_two_moments_and_keeps_the_newest() -> None:
    assert shown("score-card", replace(READY, trend=READY.trend[:1]))["trend"] == []
    many = tuple(TrendPoint(NOW + timedelta(days=day), 50.0) for day in range(100))
    trend = shown("score-card", replace(READY, trend=many))["trend"]
    assert len(trend) == 30
    assert trend[-1]["at"] == many[-1].at
    same = tuple(TrendPoint(NOW, value) for value in (50.0, 60.0))
    assert shown("score-card", replace(READY, trend=same))["trend"] == []


def test_what_moved_has_its_effects_and_values_then_and_now() -> None:
    assert READY.change is not None
    inputs = (
        Input("company_size", 250, 900),
        Input("do_not_call", None, True),
        Input("odd", float("nan"), "x" * 300),
    )
    card = shown("score-card", replace(READY, change=replace(READY.change, inputs=inputs)))
    assert card["moved"] == [{"label": "Size", "was": "", "then": 9.0, "now": 12.0}]
    size, call, odd = card["inputs"]
    assert size == {"label": "company size", "then": "", "then_number": 250, "now": "", "now_number": 900}
    assert (call["then"], call["then_number"], call["now"], call["now_number"]) == ("", None, "True", None)
    assert (odd["then"], odd["then_number"], len(odd["now"])) == ("nan", None, 200)
