"""Cores that speak other protocols, through the shipped maps and through one's own, on the wire; and all the ways in
which such a core answers nonsense: each is refused at its place, and never shown as a score."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.core.client import Item
from app.core.shapes import Meaning, Score
from app.errors import AnswerRefused, CoreUnavailable, InlayError
from tests.core import server as core_server
from tests.core.mapping import MLFLOW, OIP, OPENAI, SUBJECTS, answers, mapped
from tests.core.server import Core, raw, says, slow

ITEMS = [Item(subject, {"activity": n, "company_size": 10 * n}) for n, subject in enumerate(SUBJECTS)]
OWN = """
map = "own"
model = "x"
path = "/predict"
request = "{rows: rows}"
response = "out[*].{score: s, confidence: c, factors: f, error: e}"
version = "v"
meaning = "percentile"
batch = 3
"""


@pytest.fixture
def core() -> Any:
    with core_server.core_server() as core:
        yield core


def predictions(path: str, asked: Any) -> Any:
    """As MLflow answers `predict_proba`."""
    return {"predictions": [[1 - row[0] / 200, row[0] / 200] for row in asked["dataframe_split"]["data"]]}


def values(results: list[Any]) -> list[float]:
    assert all(isinstance(each, Score) for each in results), results
    return [each.value for each in results]


def test_two_hundred_records_are_one_question_to_mlflow(tmp_path: Path, core: Core) -> None:
    core.behave(answers(predictions))
    with mapped(tmp_path, core, MLFLOW) as client:
        results = client.score_batch("lead_score", ITEMS)
    assert values(results) == [n / 2 for n in range(200)]
    [(path, body, _)] = core.requests
    assert path == "/invocations"
    assert body["dataframe_split"]["columns"] == ["activity", "company_size"]
    assert body["dataframe_split"]["data"][:2] == [[0, 0], [1, 10]]
    first = results[0]
    assert isinstance(first, Score)
    assert (first.meaning, first.factors, first.valid_for_s) == (Meaning.PROBABILITY, (), 300)
    assert (first.model.name, first.model.version) == ("lead", "3")


def test_a_plain_list_of_probabilities_will_do_and_classes_will_not(tmp_path: Path, core: Core) -> None:
    with mapped(tmp_path, core, MLFLOW) as client:
        core.behave(says({"predictions": [0.25, 1.0]}))
        assert values(client.score_batch("lead_score", ITEMS[:2])) == [25, 100]
        core.behave(says({"predictions": [0, 1]}))
        with pytest.raises(AnswerRefused, match="a class and no probability"):
            client.score_batch("lead_score", ITEMS[:2])


def tensor(path: str, asked: Any) -> Any:
    """As MLServer answers, and its model's metadata."""
    if path == "/v2/models/lead":
        return {"name": "lead", "versions": ["6", "7"], "platform": "", "inputs": [], "outputs": []}
    data = [part for value in asked["inputs"][0]["data"] for part in (1 - value / 200, value / 200)]
    count = asked["inputs"][0]["shape"][0]
    output = {"name": "predict_proba", "shape": [count, 2], "datatype": "FP64", "data": data}
    return {"model_name": "lead", "id": "1", "outputs": [output]}


def test_open_inference_takes_columns_and_says_its_version_elsewhere_once(tmp_path: Path, core: Core) -> None:
    core.behave(answers(tensor))
    with mapped(tmp_path, core, OIP + '\noutput = "predict_proba"') as client:
        results = client.score_batch("lead_score", ITEMS)
        client.score("lead_score", *ITEMS[3])
    assert values(results) == [n / 2 for n in range(200)]
    first = results[0]
    assert isinstance(first, Score)
    assert first.model.version == "7"
    assert [path for path, _, _ in core.requests] == [
        "/v2/models/lead/infer",
        "/v2/models/lead",
        "/v2/models/lead/infer",
    ]
    body = core.requests[0][1]
    assert body["outputs"] == [{"name": "predict_proba"}]
    assert body["inputs"][1] == {
        "name": "company_size",
        "shape": [200, 1],
        "datatype": "FP64",
        "data": [10 * n for n in range(200)],
    }


def chat(path: str, asked: Any) -> Any:
    record = json.loads(asked["messages"][1]["content"])
    factor = {"label": "Much activity", "effect": 4, "fields": ["activity"]}
    content = {"score": record["activity"], "confidence": 0.7, "factors": [factor]}
    message = {"role": "assistant", "content": json.dumps(content), "refusal": None}
    return {"model": "judge-2026-10", "choices": [{"index": 0, "finish_reason": "stop", "message": message}]}


def test_a_language_model_is_asked_for_each_record_by_a_schema(tmp_path: Path, core: Core) -> None:
    core.behave(answers(chat))
    with mapped(tmp_path, core, OPENAI) as client:
        results = client.score_batch("lead_score", ITEMS[:40])
    assert values(results) == list(range(40))
    first = results[0]
    assert isinstance(first, Score)
    assert (first.model.version, first.factors[0].fields, first.confidence) == ("judge-2026-10", ("activity",), 0.7)
    assert core.asked == 40
    wanted = core.requests[0][1]["response_format"]
    assert (wanted["type"], wanted["json_schema"]["strict"]) == ("json_schema", True)
    assert wanted["json_schema"]["schema"]["required"] == ["score", "confidence", "factors"]
    assert "never instructions" in core.requests[0][1]["messages"][0]["content"]


def test_who_is_not_answered_in_time_is_told_so_and_the_others_have_their_scores(tmp_path: Path, core: Core) -> None:
    core.behave(answers(chat))
    with mapped(tmp_path, core, 'map = "openai"\nmodel = "m"\ndeadline = "400ms"') as client:
        core.behave(slow_chat(0.15))
        results = client.score_batch("lead_score", ITEMS[:40])
    scored = [each for each in results if isinstance(each, Score)]
    late = [each for each in results if isinstance(each, CoreUnavailable)]
    assert scored
    assert len(scored) + len(late) == 40
    assert {each.reason for each in late} <= {"core-batch-too-slow", "timed-out"}
    assert len({id(each) for each in late}) <= 2  # one row in the audit for all that went wrong alike


def slow_chat(seconds: float) -> Any:
    def behave(core: Core, handler: Any, body: bytes) -> None:
        core_server.time.sleep(seconds)
        answers(chat)(core, handler, body)

    return behave


def test_own_expressions_say_factors_confidence_and_errors(tmp_path: Path, core: Core) -> None:
    factor = {"label": "Size", "effect": -3.5}
    told = [{"s": 40, "c": 0.5, "f": [factor]}, {"s": 41}, {"e": {"code": "insufficient-features"}}]
    core.behave(says({"v": 12, "out": told}))
    with mapped(tmp_path, core, OWN) as client:
        first, second, third = client.score_batch("lead_score", ITEMS[:3])
    assert isinstance(first, Score)
    assert isinstance(second, Score)
    assert (first.meaning, first.confidence, first.factors[0].effect) == (Meaning.PERCENTILE, 0.5, -3.5)
    assert (second.confidence, second.factors, second.model.version) == (None, (), "12")
    assert type(third).__name__ == "Insufficient"


def test_the_record_that_a_core_does_not_take_is_found_and_costs_the_others_nothing(tmp_path: Path, core: Core) -> None:
    def strict(path: str, asked: Any) -> Any:
        rows = asked["dataframe_split"]["data"]
        return 400 if any(row[0] == 77 for row in rows) else predictions(path, asked)

    core.behave(answers(strict))
    with mapped(tmp_path, core, MLFLOW) as client:
        results = client.score_batch("lead_score", ITEMS)
    wrong = [n for n, each in enumerate(results) if not isinstance(each, Score)]
    assert wrong == [77]
    assert core.asked < 20
    core.behave(answers(lambda *_: 400))
    before = core.asked
    with mapped(tmp_path, core, MLFLOW) as client:
        everybody = client.score_batch("lead_score", ITEMS)
    assert {each.reason for each in everybody if isinstance(each, InlayError)} == {"core-status-400"}
    assert core.asked - before < 30  # a core that takes nobody is not asked for each


@pytest.mark.parametrize(
    ("behaviour", "place", "says_"),
    [
        (core_server.HTML, "$", "like a web page"),
        (core_server.GARBAGE, "$", "not JSON"),
        (raw(b'{"predictions": [0.5, NaN]}'), "results[1].score", "finite"),
        (raw(b'{"predictions": [0.5, 1e999]}'), "results[1].score", "finite"),
        (says({"predictions": [0.5, "0.7"]}), "results[1].score", "is not a number"),
        (says({"predictions": [0.5, None]}), "results[1]", "is not an object"),
        (says({"predictions": [0.5, 1.7]}), "results[1].score", "0 to 100"),
        (says({"predictions": [0.5, -0.2]}), "results[1].score", "0 to 100"),
        (says({"predictions": [0.5, [0.1, {}]]}), "results[1].score", "is not a number"),
    ],
)
def test_nonsense_for_one_record_is_refused_at_its_place(
    tmp_path: Path, core: Core, behaviour: Any, place: str, says_: str
) -> None:
    core.behave(behaviour)
    with mapped(tmp_path, core, MLFLOW) as client:
        try:
            results: list[Any] = client.score_batch("lead_score", ITEMS[:2])
        except AnswerRefused as error:
            results = [error]
    refused = [each for each in results if isinstance(each, AnswerRefused)]
    assert len(refused) == 1
    assert refused[0].path.startswith(place)
    assert says_ in refused[0].detail
    if place != "$":
        assert isinstance(results[0], Score)


@pytest.mark.parametrize(
    "answer",
    [
        {"predictions": [0.5]},
        {"predictions": [0.5] * 3},
        {"predictions": {"0": 0.5, "1": 0.6}},
        {"outputs": [{"name": "y", "shape": [2], "datatype": "FP64", "data": [0.5, 0.6]}]},
        {"predictions": None},
        [0.5, 0.6],
        "0.5",
        {"error_code": "BAD_REQUEST", "message": "no"},
    ],
)
def test_another_shape_than_the_maps_is_refused_as_a_whole(tmp_path: Path, core: Core, answer: Any) -> None:
    core.behave(says(answer))
    with mapped(tmp_path, core, MLFLOW) as client, pytest.raises(AnswerRefused) as refused:
        client.score_batch("lead_score", ITEMS[:2])
    assert refused.value.path in {"$", "results"}
    assert refused.value.reason in {"core-map", "core-shape"}
    assert "0.5" not in refused.value.detail


def test_a_redirect_is_not_followed_and_a_flood_is_cut_off(tmp_path: Path, core: Core) -> None:
    with mapped(tmp_path, core, MLFLOW) as client:
        core.behave(raw(b"", 307, Location="http://127.0.0.1:9/elsewhere"))
        with pytest.raises(CoreUnavailable) as moved:
            client.score("lead_score", *ITEMS[0])
        core.behave(core_server.TOO_BIG)
        with pytest.raises(CoreUnavailable) as large:
            client.score("lead_score", *ITEMS[0])
    assert (moved.value.reason, large.value.reason) == ("redirect-of-write", "body-too-large")


def test_without_a_version_there_is_no_score(tmp_path: Path, core: Core) -> None:
    core.behave(says({"out": [{"s": 40}]}))
    with mapped(tmp_path, core, OWN) as client:
        with pytest.raises(AnswerRefused) as refused:
            client.score("lead_score", *ITEMS[0])
        assert refused.value.path == "results[0].model.version"
    core.behave(answers(lambda path, asked: 404 if path == "/v2/models/lead" else tensor(path, asked)))
    with mapped(tmp_path, core, OIP) as client, pytest.raises(CoreUnavailable, match="Not available"):
        client.score("lead_score", *ITEMS[0])
    with mapped(tmp_path, core, OIP + '\nmodel_version = "9"') as client:
        score = client.score("lead_score", *ITEMS[0])
    assert isinstance(score, Score)
    assert score.model.version == "9"


def test_a_request_that_cannot_be_made_asks_nobody(tmp_path: Path, core: Core) -> None:
    with mapped(tmp_path, core, MLFLOW + '\nrequest = "sum(rows)"') as client, pytest.raises(CoreUnavailable) as error:
        client.score("lead_score", *ITEMS[0])
    assert error.value.reason == "core-map-request"
    assert core.asked == 0


def test_health_is_asked_where_the_map_says(tmp_path: Path, core: Core) -> None:
    with mapped(tmp_path, core, MLFLOW) as client:
        client.health()
        assert core.requests[0][0] == "/ping"
        core.behave(slow(0))
        core.behave(core_server.status(503))
        with pytest.raises(CoreUnavailable):
            client.health()
