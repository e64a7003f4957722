"""What a viewer is told: bands, and what is cut away."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.answer import band, cut
from app.core.shapes import Factor, Meaning, Model, Score

NOW = datetime(2026, 11, 23, tzinfo=UTC)
BANDS = [("high", 70.0), ("medium", 40.0), ("low", 0.0)]
ONE, TWO = Factor("One", 5, "", ("a",)), Factor("Two", -3, "", ("b",))
ONE_MORE = Factor("Source", 2, "web", ("c",))
BOTH, SILENT = Factor("Both", 1, "", ("a", "b")), Factor("Silent", 1)


def score(*factors: Factor, value: float = 50) -> Score:
    return Score(value, Meaning.INDEX, factors, Model("m", "1"), NOW, 900)


@pytest.mark.parametrize(
    ("value", "word"),
    [(100, "high"), (70, "high"), (69.999, "medium"), (40, "medium"), (39.9, "low"), (0, "low")],
)
def test_a_band_begins_with_its_number(value: float, word: str) -> None:
    assert band(value, BANDS) == word


def test_below_the_lowest_band_is_the_lowest() -> None:
    assert (band(3, [("high", 70), ("some", 10)]), band(3, [])) == ("some", "")


def test_nothing_is_cut_for_whom_nothing_is_hidden() -> None:
    whole = score(ONE, TWO, BOTH, SILENT)
    assert cut(whole, frozenset()) == (whole, 0)


def test_what_speaks_of_anything_hidden_or_not_of_what_is_cut() -> None:
    seen, hidden = cut(score(ONE, TWO, BOTH, SILENT), frozenset({"b"}))
    assert (seen.factors, hidden) == ((ONE,), 3)
    assert seen.value == 50
