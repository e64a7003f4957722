"""Views: what of an answer is shown. Every view hands over exactly the declared args, in type too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.answer import Answer, Change, State, TrendPoint
from app.core.shapes import Factor, Meaning, Model, Score
from app.launch import Record, Viewer
from app.views import VIEWS
from app.web.catalog import Catalog

ROOT = Path(__file__).parents[2]
CATALOG = Catalog.load(ROOT / "components", ROOT / "static" / "tokens.css")
NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
SCORE = Score(
    value=84.6,
    meaning=Meaning.PROBABILITY,
    factors=(
        Factor("Source", 3.0),
        Factor("Size", 12.0, detail="Large"),
        Factor("Idle", -6.0),
        Factor("Nil", 0.0),
    ),
    model=Model("lead-scorecard", "1.4.0"),
    computed_at=NOW - timedelta(hours=3, minutes=40),
    valid_for_s=900,
    confidence=0.7,
)
READY = Answer(
    State.READY,
    "lead_score",
    decision="d1",
    score=SCORE,
    band="high",
    hidden_factors=2,
    trend=(
        TrendPoint(NOW - timedelta(days=10), 62.0),
        TrendPoint(NOW - timedelta(days=5), 60.0),
        TrendPoint(NOW, 84.6),
    ),
    change=Change(before=79.9, seen_at=NOW - timedelta(days=1), moved=("Size",)),
)


def shown(tag: str, answer: Answer, **how: Any) -> dict[str, Any]:
    how = {"record": Record("Lead", "1"), "viewer": Viewer("u1"), "now": NOW, "opens": True} | how
    return VIEWS[tag].params(answer, **how)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("tag", list(VIEWS))
def test_params_are_exactly_the_declared_args(tag: str, state: State) -> None:
    for answer in (
        replace(READY, state=state),
        Answer(state, "lead_score", missing=("Size",), reference="r1"),
    ):
        if answer.score is None and state in (State.READY, State.STALE):
            continue  # an answer in these states has a score
        params = shown(tag, answer)
        assert params.keys() == CATALOG[tag].args.keys()
        assert CATALOG[tag].check(params) == params


@pytest.mark.parametrize("state", [State.PENDING, State.UNAVAILABLE, State.DENIED, State.EMPTY])
@pytest.mark.parametrize("tag", list(VIEWS))
def test_a_state_without_a_score_shows_nothing_of_one(tag: str, state: State) -> None:
    """Even when the answer carries one: what is not handed over cannot leak."""
    params = shown(tag, replace(READY, state=state))
    bare = shown(tag, Answer(state, "lead_score"))
    assert params == bare


@pytest.mark.parametrize(("value", "number"), [(69.99, 69), (70.0, 70), (69.9999999999, 70), (0.4, 0), (100.0, 100)])
def test_a_number_never_claims_the_next_band(value: float, number: int) -> None:
    for tag in VIEWS:
        assert shown(tag, replace(READY, score=replace(SCORE, value=value)))["score"] == number


def test_the_change_is_the_difference_of_the_two_drawn_numbers() -> None:
    assert shown("score-badge", READY)["change"] == 84 - 79
    card = shown("score-card", READY)
    assert (card["before"], card["change"], card["moved"]) == (79, 5, ["Size"])
    assert shown("score-badge", replace(READY, change=None))["change"] is None


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
    for tag in VIEWS:
        assert shown(tag, stale)["age"] == told
        assert shown(tag, replace(stale, state=State.READY))["age"] is None


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


def test_only_what_draws_a_trend_asks_for_one() -> None:
    assert {tag for tag, view in VIEWS.items() if view.history} == {"score-card"}
    assert {view.answers for view in VIEWS.values()} == {"score"}
