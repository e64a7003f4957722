"""Priority rules: what they hold for, and what is refused with its place."""

from __future__ import annotations

from typing import Any

import pytest

from app.config import Rule, Settings, is_high
from app.errors import ConfigError
from tests.config.test_table import GOOD, KEY

RULES = "[connections.crm.priority]\nlead_score = "


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INLAY_KEY", KEY)


def rules(text: str) -> tuple[Rule, ...]:
    return Settings.parse(GOOD + RULES + text).connections["crm"].priority["lead_score"]


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        Settings.parse(GOOD + text)
    [problem] = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    ("condition", "holds", "does_not"),
    [
        ("'Software'", ["Software", " Software "], ["software", "", None, 3]),
        ("['Software', 7]", ["Software", 7, "7", 7.0], ["8", True, None]),
        ("true", [True, "true", "True"], [False, "yes", 1, None]),
        ("{ at_least = 200 }", [200, "200", 200.5, "1e3"], [199, "many", None, "", True, "nan"]),
        ("{ at_least = 1, at_most = 3 }", [1, 3, "2"], [0, 4, None]),
        ("{ known = true }", ["x", 0, False], [None, ""]),
        ("{ known = false }", [None, ""], ["x", 0]),
    ],
)
def test_a_condition_holds_for_what_it_says(condition: str, holds: list[Any], does_not: list[Any]) -> None:
    [rule] = rules(f"[{{ Industry = {condition} }}]")
    assert [each for each in holds if not rule.holds({"Industry": each})] == []
    assert [each for each in does_not if rule.holds({"Industry": each})] == []


def test_conditions_of_a_rule_hold_together_and_one_rule_is_enough() -> None:
    two = GOOD.replace('["Industry"]', '["Industry", "size"]')
    text = two + RULES + "[{ Industry = 'IT', size = { at_least = 5 } }, { size = { at_least = 100 } }]"
    found = Settings.parse(text).connections["crm"].priority["lead_score"]
    assert is_high(found, {"Industry": "IT", "size": 5})
    assert is_high(found, {"Industry": "Retail", "size": 100})
    assert not is_high(found, {"Industry": "IT", "size": 4})
    assert not is_high(found, {})


def test_without_rules_all_records_are_high() -> None:
    assert is_high((), {})


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("[{ size = 3 }]", "lead_score reads no size. Use its fields: Industry."),
        ("[{}]", "{} is not a rule."),
        ("['Industry > 3']", "'Industry > 3' is not a rule."),
        ("[{ Industry = { over = 3 } }]", "Industry: over is not a condition."),
        ("[{ Industry = { at_least = 'many' } }]", "at_least must be a number, not 'many'."),
        ("[{ Industry = { at_least = 9, at_most = 3 } }]", "at_least is above at_most"),
        ("[{ Industry = { known = 1 } }]", "known must be true or false"),
        ("[{ Industry = [] }]", "[] is not a condition."),
        ("[{ Industry = '' }]", "'' is not a condition."),
        ("[{ Industry = [['a']] }]", "[['a']] is not a condition."),
    ],
)
def test_a_wrong_rule_is_refused_with_its_line_and_mend(rules: str, said: str) -> None:
    found = refused(RULES + rules)
    assert said in found
    assert found.startswith("inlay.toml:20: connections.crm.priority.lead_score")


def test_rules_of_a_capability_that_is_not_asked_here_are_refused() -> None:
    found = refused("[connections.crm.priority]\ndeal_score = [{ Industry = 'IT' }]")
    assert "the connection has no capability deal_score. Known here are: lead_score." in found
