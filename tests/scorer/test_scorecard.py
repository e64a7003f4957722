"""The arithmetic that the product promises: the link, and effects that are exact, not estimates."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from app.scorer.loader import SHIPPED, load_folder
from app.scorer.scorecard import SHOWN_FACTORS, Result, Scorecard
from tests.scorer.cards import TODAY, card


def score(features: dict[str, Any], of: Scorecard | None = None) -> Result:
    scorecard = of or card()
    return scorecard.score(scorecard.read(features, TODAY))


def test_no_points_is_the_baseline_and_doubling_points_double_the_odds() -> None:
    scorecard = card()
    assert scorecard.link(0) == pytest.approx(25)
    odds = scorecard.link(20) / (100 - scorecard.link(20))
    assert odds == pytest.approx(2 * 25 / 75)
    assert scorecard.link(-20) / (100 - scorecard.link(-20)) == pytest.approx(25 / 75 / 2)


def test_the_link_stays_in_range_at_both_ends() -> None:
    scorecard = card()
    assert scorecard.link(1e9) == 100
    assert scorecard.link(-1e9) == 0
    assert scorecard.link(-300) < scorecard.link(-299)


def test_a_score_is_the_link_of_the_sum_of_its_rows() -> None:
    assert score({"size": 500, "source": "web"}).score == pytest.approx(card().link(20 + 10))


def test_each_effect_is_the_score_less_the_score_with_this_row_at_average() -> None:
    result = score({"size": 500, "source": "web", "role": "CEO", "demo": True, "seen": "2026-11-20"})
    points = {"size": 20, "source": 10, "role": 15, "demo": 20, "seen": 5, "role,size": 8}
    total = sum(points.values())
    assert result.score == pytest.approx(card().link(total), abs=1e-12)
    told = {",".join(factor.fields): factor.effect for factor in result.factors}
    assert told.keys() == points.keys()
    for name, effect in told.items():
        assert effect == pytest.approx(card().link(total) - card().link(total - points[name]), abs=1e-12)


def test_factors_come_strongest_first_and_trifles_are_left_out() -> None:
    result = score({"size": 5, "source": "web", "role": "clerk"})
    assert [factor.fields for factor in result.factors] == [("size",), ("source",)]
    assert [factor.effect > 0 for factor in result.factors] == [False, True]
    assert abs(result.factors[0].effect) > abs(result.factors[1].effect)


def test_a_factor_says_the_reason_and_the_values() -> None:
    factors = {factor.fields: factor for factor in score({"size": "1234.5", "role": " Chief  CEO "}).factors}
    assert factors["size",].label == "Large company"
    assert factors["size",].detail == "Size: 1,234.5 people"
    assert factors["role", "size"].label == "Boss of a large company"
    assert factors["role", "size"].detail == "Role: Chief CEO, Size: 1,234.5 people"


def test_a_two_field_row_speaks_only_where_it_has_points() -> None:
    assert ("role", "size") not in {factor.fields for factor in score({"size": 50, "role": "CEO"}).factors}


def test_an_unknown_value_has_its_own_points_or_is_average() -> None:
    unknown = {factor.fields: factor for factor in score({"size": None, "source": "web"}).factors}
    assert unknown["size",].label == "Nobody knows the size"
    assert unknown["size",].detail == "Size: not known"
    assert ("role",) not in unknown
    assert score({"source": "web"}).score == pytest.approx(card().link(-5 + 10))


def test_confidence_is_the_share_of_what_the_card_could_tell() -> None:
    everything = {"size": 500, "source": "web", "role": "CEO", "demo": "no", "seen": "2026-01-01"}
    assert score(everything).confidence == pytest.approx(1)
    # rows reach 40, 13, 15, 22, 10 and 8 points; an unknown size has points of its own
    assert score({"source": "web"}).confidence == pytest.approx((40 + 13) / 108)


def test_nothing_known_is_told_with_the_fields_that_would_help() -> None:
    scorecard = card()
    assert scorecard.missing(scorecard.read({"size": "", "else": 3}, TODAY)) == tuple(scorecard.fields)
    assert scorecard.missing(scorecard.read({"size": 3}, TODAY)) == ()


@pytest.mark.parametrize("capability", ["lead_score", "bank_lead_score"])
def test_shipped_scorecards_score_every_single_group_within_range(capability: str) -> None:
    """Each group and each pair of groups alone: no slip in the points reaches an end of the scale."""
    scorecard = load_folder(SHIPPED)[capability]
    for row in scorecard.rows:
        for cell in product(*(scorecard.fields[name].groups for name in row.fields)):
            points = row.points.get(cell, 0.0)
            assert 0 < scorecard.link(points) < 100


def test_the_shipped_b2b_scorecard_tells_good_leads_from_bad_ones() -> None:
    scorecard = load_folder(SHIPPED)["lead_score"]
    good = {
        "company_size": 400,
        "seniority": "VP of Sales",
        "source": "Referral",
        "meetings": 3,
        "demo_requested": "yes",
    }
    bad = {
        "company_size": 3,
        "seniority": "Intern",
        "source": "Purchased list",
        "meetings": 0,
        "email_opens": 0,
    }
    assert score(good, scorecard).score > 80
    assert score(bad, scorecard).score < 15
    assert any(len(factor.fields) == 2 for factor in score(good, scorecard).factors)
    assert len(score(good | {"country": "US"}, scorecard).factors) <= SHOWN_FACTORS
