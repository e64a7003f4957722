"""The fit: finds what is in the rows, centres it, and writes a file that scores the same."""

from __future__ import annotations

import random

import pytest

from app.scorer.loader import parse
from app.scorer.quality import Rows, auc
from app.scorer.written import MARK, with_points
from tests.scorer.cards import TEXT, TODAY

pytest.importorskip("sklearn", reason="fitting needs the fit extra: pip install 'inlay[fit]'")

from app.scorer.fit import fit

HEAD = TEXT[: TEXT.index("[[rows]]")]  # with a scale in the middle, as a finished scorecard has it
DRAFT = (
    HEAD
    + """
[[rows]]
fields = ["source"]

[[rows]]
fields = ["role", "size"]
label = "{role} of a {size}"
"""
)


def rows(count: int = 1200) -> Rows:
    """Big companies win, bosses of them above all; the source says nothing."""
    dice = random.Random(1)
    features, outcomes = [], []
    for _ in range(count):
        row = {
            "size": dice.choice(["5", "50", "500"]),
            "role": dice.choice(["CEO", "clerk"]),
            "source": dice.choice(["web", "fair"]),
        }
        chance = {"5": 0.1, "50": 0.2, "500": 0.5}[row["size"]] + (
            0.3 if row == row | {"size": "500", "role": "CEO"} else 0
        )
        features.append(row)
        outcomes.append(dice.random() < chance)
    return Rows(features, outcomes)


def test_the_fit_finds_what_is_there_and_centres_every_row() -> None:
    data = rows()
    fitted = fit(parse(DRAFT, "draft.toml", draft=True), data, TODAY).card
    source, pair = (row.points for row in fitted.rows)
    assert abs(source["web",] - source["other",]) < 8
    assert pair["boss", "large"] > pair["staff", "large"] > pair["staff", "medium"] > pair["staff", "small"]
    readings = [fitted.read(record, TODAY) for record in data.features]
    points = [fitted.points(fitted.cells(reading)) for reading in readings]
    for column in zip(*points, strict=True):
        assert sum(column) / len(column) == pytest.approx(0, abs=0.1)  # points are written with one decimal
    scores = [fitted.link(sum(record)) for record in points]
    assert auc(scores, data.outcomes) > 0.7
    assert sum(scores) / len(scores) == pytest.approx(100 * sum(data.outcomes) / len(data.outcomes), abs=0.5)


def test_a_group_that_no_row_had_says_nothing_if_it_is_unknown() -> None:
    fitted = fit(parse(DRAFT, "draft.toml", draft=True), rows(400), TODAY).card
    assert ("unknown",) not in fitted.rows[0].points
    assert not any("unknown" in cell for cell in fitted.rows[1].points)


def test_what_is_written_scores_the_same_and_can_be_fitted_again() -> None:
    fitted = fit(parse(DRAFT, "draft.toml", draft=True), rows(400), TODAY).card
    text = with_points(DRAFT, fitted, {"data": 'a "file"', "auc_held_out": 0.5})
    again = parse(text, "written.toml")
    assert again.rows == fitted.rows
    assert (again.baseline, again.doubling) == (fitted.baseline, fitted.doubling)
    assert again.fitted == {"data": 'a "file"', "auc_held_out": 0.5}
    assert with_points(text, again, again.fitted) == text
    assert text.count(MARK) == 1
