"""A trial of a core: each step is shown, each refusal has its step and its place, and nobody is asked for a pasted
answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.cores import client
from app.core.trial import MOST, Refusal, Trial, items_of, tried
from app.metrics import NullMetrics
from app.net.door import Door
from tests.core import server as core_server
from tests.core.mapping import MLFLOW, settings_of
from tests.core.server import Core, good, raw, says, status

FEATURES = {"activity": 3, "company_size": 250, "colour": "red"}


@pytest.fixture
def core() -> Iterator[Core]:
    with core_server.core_server() as core:
        yield core


def trial(folder: Path, core: Core, pasted: Any = None, features: Any = FEATURES, settings: str = MLFLOW) -> Trial:
    whole, door = settings_of(folder, settings, core.url), Door(["127.0.0.1"])
    asked = client(whole.cores["lead"], whole.capabilities, door, NullMetrics())
    text = pasted if pasted is None or isinstance(pasted, str) else json.dumps(pasted)
    done = tried(asked, whole.capabilities["lead_score"], items_of(features, "Lead/1"), text)
    door.close()
    json.dumps(done.told())  # a program can read it
    return done


def only(done: Trial) -> Refusal:
    [refusal] = done.refusals
    assert not done.ok
    return refusal


def test_every_step_is_shown(tmp_path: Path, core: Core) -> None:
    core.behave(says({"predictions": [0.72]}))
    done = trial(tmp_path, core)
    assert done.ok
    assert done.left_out == ["colour"]
    assert (done.path, done.status, done.kind) == ("/invocations", 200, "application/json")
    assert done.request == {"dataframe_split": {"columns": ["activity", "company_size"], "data": [[3, 250]]}}
    assert done.raw == '{"predictions": [0.72]}'
    assert done.mapped["results"][0]["score"] == 72
    assert done.scores[0] is not None
    assert done.scores[0]["model"] == {"name": "lead", "version": "3"}


def test_a_pasted_answer_asks_nobody(tmp_path: Path, core: Core) -> None:
    done = trial(tmp_path, core, {"predictions": [0.72, 0.1]}, [FEATURES, {}])
    assert [each["value"] for each in done.scores if each] == [72, 10]
    assert core.asked == 0


@pytest.mark.parametrize(
    ("pasted", "step", "place", "what"),
    [
        ("<!doctype html>", "answer", "line 1, column 1", "like a web page"),
        ('{"predictions": [0.5,]}', "answer", "line 1, column", "not JSON"),
        ('{"predictions": [NaN]}', "score", "results[0].score", "finite"),
        ({"predictions": ["0.5"]}, "score", "results[0].score", "is not a number"),
        ({"predictions": [0.5, 0.6]}, "score", "results", "another length"),
        ({"predictions": [1]}, "map", "$", "a class and no probability"),
        ({"outputs": []}, "map", "$", "array"),
        ({"predictions": 0.5}, "map", "$", "array"),
    ],
)
def test_each_refusal_has_its_step_and_its_place(
    tmp_path: Path, core: Core, pasted: Any, step: str, place: str, what: str
) -> None:
    refusal = only(trial(tmp_path, core, pasted))
    assert (refusal.step, refusal.place.startswith(place), what in refusal.what) == (step, True, True), refusal
    assert refusal.mend


@pytest.mark.parametrize(
    ("behaviour", "step", "says_"),
    [
        (status(401), "answer", "look at auth"),
        (status(404), "answer", "path and model"),
        (status(400), "answer", "compare the mapped request"),
        (raw(b"", 307, Location="/elsewhere"), "call", "Name the address that it sends to"),
        (core_server.TOO_BIG, "call", "answer less"),
        (core_server.dropped, "call", "inlay check"),
    ],
)
def test_a_call_that_brings_nothing_says_what_to_do(
    tmp_path: Path, core: Core, behaviour: Any, step: str, says_: str
) -> None:
    core.behave(behaviour)
    refusal = only(trial(tmp_path, core))
    assert (refusal.step, says_ in refusal.mend) == (step, True), refusal


def test_a_request_that_cannot_be_made_is_said_before_anybody_is_asked(tmp_path: Path, core: Core) -> None:
    refusal = only(trial(tmp_path, core, settings=MLFLOW + '\nrequest = "sum(rows)"'))
    assert (refusal.step, "sum is given" in refusal.what, core.asked) == ("request", True, 0)


def test_a_core_of_our_own_protocol_is_tried_alike(tmp_path: Path, core: Core) -> None:
    assert trial(tmp_path, core, settings="").ok
    assert core.requests[0][0] == "/v1/score"
    assert trial(tmp_path, core, features=[FEATURES, FEATURES], settings="").ok
    assert core.requests[1][0] == "/v1/score:batch"
    missing = {"error": {"code": "insufficient-features", "missing": ["activity"]}}
    assert "too little is known: activity" in only(trial(tmp_path, core, missing, settings="")).what
    assert only(trial(tmp_path, core, good(score=101), settings="")).place == "score"


@pytest.mark.parametrize("content", ["text", [], [1], [{}] * (MOST + 1), None])
def test_what_are_no_features_is_refused(content: Any) -> None:
    with pytest.raises(ValueError, match="object of features"):
        items_of(content)
