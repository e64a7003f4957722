"""A core's answer is believed only in exactly the agreed shape, and a refusal never repeats a value."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest

from app.core.parse import Insufficient, parse_error, parse_results, parse_score
from app.core.shapes import Factor, Meaning, Model, Score
from app.errors import AnswerRefused, CoreUnavailable
from tests.core.server import good

LEAD = {"type": "Lead", "id": "1", "connection": "crm"}


def test_a_score_is_read_whole() -> None:
    assert parse_score(good(72)) == Score(
        value=72.0,
        meaning=Meaning.PROBABILITY,
        factors=(
            Factor("Asked for a demo", 12.5, "today", ("activity",)),
            Factor("Small company", -4.0),
        ),
        model=Model("test-core", "1"),
        computed_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
        valid_for_s=900.0,
        confidence=0.8,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"score": 0},
        {"score": 100},
        {"confidence": None},
        {"factors": []},
        {"factors": [{"label": "zero", "effect": 0, "direction": "down"}]},
        {"factors": [{"label": "plain", "effect": -0.0, "direction": "up", "detail": None, "fields": None}]},
        {"factors": [{"label": "<b>bold</b> & \u200fעברית", "effect": 1}]},
        {"computed_at": "2026-11-23T14:00:00+02:00"},
        {"valid_for_s": 1e9},
        {"unknown": {"future": "member"}},
    ],
    ids=str,
)
def test_what_is_allowed_is_read(changes: dict[str, Any]) -> None:
    score = parse_score(good(**changes))
    assert score.computed_at == datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_markup_in_a_label_stays_text() -> None:
    assert parse_score(good(factors=[{"label": "<script>", "effect": 1}])).factors[0].label == "<script>"


SECRET = "Ms. Secret"
BAD: list[tuple[str, dict[str, Any]]] = [
    ("score", {"score": None}),
    ("score", {"score": "72"}),
    ("score", {"score": True}),
    ("score", {"score": -0.01}),
    ("score", {"score": 100.01}),
    ("score", {"score": math.nan}),
    ("score", {"score": math.inf}),
    ("score", {"score": 10**400}),
    ("score", {"score": [72]}),
    ("meaning", {"meaning": SECRET}),
    ("meaning", {"meaning": None}),
    ("meaning", {"meaning": ["probability"]}),
    ("confidence", {"confidence": 1.1}),
    ("confidence", {"confidence": "high"}),
    ("factors", {"factors": None}),
    ("factors", {"factors": {}}),
    ("factors", {"factors": [{"label": "x", "effect": 1}] * 51}),
    ("factors[0]", {"factors": [SECRET]}),
    ("factors[1].label", {"factors": [{"label": "x", "effect": 1}, {"label": "x" * 201, "effect": 1}]}),
    ("factors[0].label", {"factors": [{"label": " ", "effect": 1}]}),
    ("factors[0].label", {"factors": [{"label": f"{SECRET}\x00", "effect": 1}]}),
    ("factors[0].label", {"factors": [{"label": f"{SECRET}\n", "effect": 1}]}),
    ("factors[0].label", {"factors": [{"label": f"\u202e{SECRET}", "effect": 1}]}),
    ("factors[0].label", {"factors": [{"label": "\ud800", "effect": 1}]}),
    ("factors[0].label", {"factors": [{"label": 7, "effect": 1}]}),
    ("factors[0].effect", {"factors": [{"label": "x"}]}),
    ("factors[0].effect", {"factors": [{"label": "x", "effect": math.inf}]}),
    ("factors[0].direction", {"factors": [{"label": "x", "effect": 1, "direction": "down"}]}),
    ("factors[0].direction", {"factors": [{"label": "x", "effect": -1, "direction": "up"}]}),
    ("factors[0].direction", {"factors": [{"label": "x", "effect": 1, "direction": SECRET}]}),
    ("factors[0].detail", {"factors": [{"label": "x", "effect": 1, "detail": SECRET * 200}]}),
    ("factors[0].fields", {"factors": [{"label": "x", "effect": 1, "fields": SECRET}]}),
    ("factors[0].fields[0]", {"factors": [{"label": "x", "effect": 1, "fields": [1]}]}),
    ("model", {"model": SECRET}),
    ("model.name", {"model": {"version": "1"}}),
    ("model.version", {"model": {"name": "m", "version": 1}}),
    ("computed_at", {"computed_at": "yesterday"}),
    ("computed_at", {"computed_at": "2026-11-23T12:00:00"}),
    ("computed_at", {"computed_at": "9999-12-31T23:59:59-23:00"}),
    ("computed_at", {"computed_at": 1_795_435_200}),
    ("valid_for_s", {"valid_for_s": 0}),
    ("valid_for_s", {"valid_for_s": -1}),
    ("valid_for_s", {"valid_for_s": 1e300}),
]


@pytest.mark.parametrize(("path", "changes"), BAD, ids=[f"{n}-{path}" for n, (path, _) in enumerate(BAD)])
def test_what_is_not_the_shape_is_refused_at_its_place(path: str, changes: dict[str, Any]) -> None:
    with pytest.raises(AnswerRefused) as caught:
        parse_score(good(**changes))
    assert caught.value.path == path
    assert caught.value.reason == "core-shape"
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("answer", [None, [], "text", 7, {}, {"score": 1}], ids=str)
def test_an_answer_that_is_no_score_at_all_is_refused(answer: object) -> None:
    with pytest.raises(AnswerRefused):
        parse_score(answer)


def test_a_detail_of_a_refusal_repeats_no_value() -> None:
    """Whatever text stands anywhere in an answer, none of it is in the words of the refusal."""
    for member in good():
        with pytest.raises(AnswerRefused) as caught:
            parse_score(good() | {member: [{SECRET: SECRET}]})
        assert SECRET not in f"{caught.value} {caught.value.path} {caught.value.reason}"


def test_a_batch_keeps_order_and_a_bad_result_its_place() -> None:
    unknown = {"error": {"code": "insufficient-features", "missing": ["a", "b"]}}
    results = [good(1), good(200), unknown, good(4)]
    first, second, third, fourth = parse_results({"results": results}, [LEAD] * 4)
    assert isinstance(first, Score)
    assert first.value == 1
    assert isinstance(second, AnswerRefused)
    assert second.path == "results[1].score"
    assert third == Insufficient(("a", "b"))
    assert isinstance(fourth, Score)
    assert fourth.value == 4


@pytest.mark.parametrize("answer", [[], {}, *({"results": each} for each in ({}, [good()], [good()] * 3))])
def test_a_batch_of_another_length_is_refused_as_a_whole(answer: object) -> None:
    with pytest.raises(AnswerRefused) as caught:
        parse_results(answer, [LEAD] * 2)
    assert caught.value.path in {"$", "results"}


def test_a_batch_in_another_order_is_refused_where_the_core_repeats_its_subjects() -> None:
    one, two = LEAD, LEAD | {"id": "2"}
    right = [good(1, subject=one), good(2, subject=two)]
    assert all(isinstance(each, Score) for each in parse_results({"results": right}, [one, two]))
    for each in parse_results({"results": right[::-1]}, [one, two]):
        assert isinstance(each, AnswerRefused)
        assert each.path.endswith(".subject")


@pytest.mark.parametrize(
    "error",
    [
        {"code": "insufficient-features", "missing": ["size"]},
        {"error": {"code": "insufficient-features", "missing": ["size"], "detail": "…"}},
        {"type": "about:blank", "status": 422, "code": "insufficient-features", "missing": ["size"]},
    ],
)
def test_too_little_known_is_a_value(error: object) -> None:
    assert parse_error(error) == Insufficient(("size",))


def test_other_errors_are_a_core_that_is_unavailable() -> None:
    error = parse_error({"error": {"code": "model-loading"}})
    assert isinstance(error, CoreUnavailable)
    assert error.reason == "core-error-model-loading"


@pytest.mark.parametrize("code", [None, 7, "", "Not A Code", "x" * 65, "a\nb"])
def test_an_error_without_a_code_is_refused(code: object) -> None:
    with pytest.raises(AnswerRefused):
        parse_error({"error": {"code": code}})


def test_the_longest_duration_still_makes_a_date() -> None:
    score = parse_score(json.loads(json.dumps(good(valid_for_s=100 * 366 * 86_400))))
    assert datetime.fromtimestamp(score.computed_at.timestamp() + score.valid_for_s, UTC).year < 2130
