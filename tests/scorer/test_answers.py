"""Answers without HTTP: what a caller may rely on between the scorecard and the wire."""

from __future__ import annotations

from typing import Any

import pytest

from app.scorer.answers import answer, answer_batch, capabilities
from app.scorer.loader import SHIPPED, load_folder
from app.scorer.refused import Refused
from tests.scorer.cards import NOW, card

CARDS = {"demo_score": card()}


def ask(**features: Any) -> dict[str, Any]:
    return answer(CARDS, {"capability": "demo_score", "features": features}, NOW)


def test_directions_agree_with_effects() -> None:
    factors = ask(size=5, source="web", demo="yes")["factors"]
    assert {factor["direction"] for factor in factors} == {"up", "down"}
    assert all((factor["direction"] == "up") == (factor["effect"] > 0) for factor in factors)


def test_numbers_as_text_score_like_numbers() -> None:
    assert ask(size="58", demo="true") == ask(size=58, demo=True)


def test_a_refusal_never_repeats_a_value() -> None:
    with pytest.raises(Refused) as refused:
        ask(size="Jane Doe, 12 High Street")
    assert "Jane" not in f"{refused.value} {refused.value.detail} {refused.value.more}"
    assert refused.value.more == {"path": "features.size"}


def test_a_batch_answers_like_single_requests() -> None:
    items = [{"capability": "demo_score", "features": {"size": size}} for size in (1, 50, 500)]
    assert answer_batch(CARDS, {"items": items}, NOW) == {"results": [answer(CARDS, item, NOW) for item in items]}


def test_every_value_that_is_offered_is_understood() -> None:
    """A host's list that is mapped to the offered values must not end in `other` or be refused."""
    cards = load_folder(SHIPPED)
    for offered in capabilities(cards):
        for field in offered["fields"]:
            for value in field.get("values", []):
                reading = cards[offered["name"]].fields[field["name"]].read(value, NOW.date())
                assert reading.group not in ("other", "unknown"), (field["name"], value)
