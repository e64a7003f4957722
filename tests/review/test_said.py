"""What a viewer sends is checked before anything is looked up."""

from __future__ import annotations

import pytest

from app.db.reviews import Verdict
from app.errors import BadRequest
from app.machines.api.forms import MAX_COMMENT
from app.review.said import Said

FINDING = {"decision": "d", "item": "0" * 24, "verdict": "accept", "version": "0"}
SCORE = {"decision": "d", "item": "score", "verdict": "override", "version": "7", "value": "61", "reason": "other"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": ""},
        {"verdict": "accepted"},
        {"verdict": "\ud800"},  # half a character
        {"item": ""},
        {"item": "<script>"},
        {"decision": ""},
        {"decision": "x" * 65},
        {"decision": "a b"},
        {"version": ""},
        {"version": "-1"},
        {"version": "seven"},
        {"verdict": "override"},
        {"verdict": "override", "severity": "fatal"},
        {"verdict": "dismiss"},
        {"verdict": "dismiss", "reason": "In my own words"},
        {"comment": "x" * (MAX_COMMENT + 1)},
        {"comment": "turned \u202e around"},
        {"comment": "\x00"},
    ],
)
def test_a_review_of_a_finding_is_checked(wrong: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        Said.parse(FINDING | wrong)


@pytest.mark.parametrize("value", ["", "101", "100.5", "-1", "nan", "1e1", "61.123", "٦١", "0x10", "inf"])
def test_a_score_is_overridden_with_a_number_from_0_to_100(value: str) -> None:
    with pytest.raises(BadRequest):
        Said.parse(SCORE | {"value": value})


def test_a_score_is_overridden_for_a_reason() -> None:
    with pytest.raises(BadRequest):
        Said.parse(SCORE | {"reason": ""})


def test_what_does_not_belong_to_a_verdict_is_left_out() -> None:
    said = Said.parse(SCORE | {"severity": "low", "comment": " So\r\nit is "})
    assert (said.verdict, said.value, said.severity, said.comment, said.version) == (
        Verdict.OVERRIDDEN,
        61.0,
        "",
        "So\nit is",
        7,
    )
    undone = Said.parse(SCORE | {"verdict": "undo"})
    assert (undone.verdict, undone.value, undone.reason) == (None, None, "")
