"""Plots: where values lie, and axes that end at a round number."""

from __future__ import annotations

import pytest

from app.figures.plots import bars, ceiling, line


@pytest.mark.parametrize(
    ("values", "top"),
    [
        ([0.3], 0.3),
        ([0.31], 0.4),
        ([1.0], 1.0),
        ([1.01], 1.5),
        ([480, 12], 500),
        ([501], 600),
        ([0], 1.0),
        ([None], 1.0),
        ([], 1.0),
    ],
)
def test_an_axis_ends_at_a_round_number(values: list[float | None], top: float) -> None:
    assert ceiling([values]) == pytest.approx(top)


def test_an_axis_can_be_longer_than_its_values() -> None:
    assert ceiling([[3.0], [4.0]], 100.0) == 100.0


def test_a_line_goes_from_edge_to_edge_and_ends_where_a_value_is_missing() -> None:
    assert line([0, 10], 10) == "M0.0 120.0L600.0 0.0"
    assert line([5, 5, None, 5, 5], 10) == "M0.0 60.0L150.0 60.0M450.0 60.0L600.0 60.0"
    assert line([None, 5, None], 10) == "M296.0 60.0H304.0"
    assert line([None], 10) == ""


def test_bars_stand_on_the_ground_and_one_of_a_thousand_is_seen() -> None:
    assert bars([10, 0, None], 10) == "M25.0 120v-120.0h150.0v120.0z"
    assert "v-1.5h" in bars([1], 1_000)
