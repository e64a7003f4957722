"""The table of rules: complete, and of use only where enough was counted."""

from __future__ import annotations

from app.health.alerts.measure import _OF
from app.health.alerts.rules import RULES, said


def test_what_the_issue_of_a_customer_would_be_is_in_the_table() -> None:
    bounds = {rule.name: (rule.bound, rule.above) for rule in RULES}
    assert bounds["uptime"] == (0.995, False)
    assert bounds["latency"] == (2.0, True)
    assert bounds["errors"] == (0.001, True)
    assert "freshness" in bounds


def test_every_rule_says_what_it_means_and_what_to_do() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.sentence.endswith(".")
        assert rule.mend.endswith(".")
    assert {rule.name for rule in RULES if rule.each} == set(_OF)


def test_beyond_the_bound_only_and_not_by_a_handful() -> None:
    errors = next(rule for rule in RULES if rule.name == "errors")
    assert errors.broken(0.002, 5)
    assert not errors.broken(0.001, 5)
    assert not errors.broken(1.0, 4)
    assert not errors.broken(None, 0)
    uptime = next(rule for rule in RULES if rule.name == "uptime")
    assert uptime.broken(0.99, 1_440)
    assert not uptime.broken(0.995, 1_440)


def test_values_as_people_read_them() -> None:
    assert (said(0.9951, "share"), said(2.345, "seconds"), said(3.0, "count")) == ("99.51 %", "2.35 s", "3")
    assert said(None, "share") == "–"
