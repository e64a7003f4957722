"""The built-in core answers whatever is sent to it: in the shape that it describes, never with a fault of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, seed, settings

from app.scorer.feedback import Feedback
from app.scorer.http import create_core
from app.scorer.protocol import BATCH, PROBLEM, SCORE
from app.scorer.protocol_analyse import ANALYSIS, STARTED
from app.scorer.protocol_feedback import FEEDBACK
from app.scorer.shapes import Shape
from tests.fuzz.inputs import json_bytes, rounds
from tests.fuzz.test_parsers import ANY
from tests.scorer.cards import card
from tests.scorer.contract.books import CONTRACT, book

PROOF_S = 10.0
SCORED = {
    "capability": "demo_score",
    "features": {"size": "500", "source": "Web"},
    "subject": {"id": "7"},
    "deadline_ms": 5,
}
PAGES = [{"number": 1, "start": 0, "end": 88}, {"number": 2, "start": 88, "end": len(CONTRACT)}]
READ = {"text": CONTRACT, "pages": PAGES, "name": "c.pdf", "sha256": "0f" * 32}
SAID = {
    "id": "a",
    "kind": "review",
    "thread": "t",
    "version": 1,
    "verdict": "accepted",
    "value": 5,
    "subject": {"id": "7"},
}
ASKED: dict[str, tuple[dict[str, Any], dict[int, Shape]]] = {
    "/v1/score": (SCORED, {200: SCORE}),
    "/v1/score:batch": ({"items": [SCORED, SCORED]}, {200: BATCH}),
    "/v1/analyse": ({"capability": "contract_review", "document": READ}, {200: ANALYSIS, 202: STARTED}),
    "/v1/feedback": (SAID, {200: FEEDBACK}),
}


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    feedback = Feedback(tmp_path_factory.mktemp("core") / Path("feedback.db"))
    books = {"contract_review": {"small": book()}}
    return create_core({"demo_score": card()}, playbooks=books, feedback=feedback).test_client()


def tried(core: FlaskClient, path: str, examples: int, start: int | None = None) -> None:
    good, shapes = ASKED[path]

    @settings(ANY, max_examples=examples, derandomize=start is None)
    @given(json_bytes(good))
    def each(body: bytes) -> None:
        answer = core.post(path, data=body, content_type="application/json")
        assert answer.status_code in {*shapes, 400, 404, 413, 422, 503}, answer.text
        shapes.get(answer.status_code, PROBLEM).check(answer.get_json(), "")

    (each if start is None else seed(start)(each))()


@pytest.mark.parametrize("path", ASKED)
def test_a_few(core: FlaskClient, path: str) -> None:
    tried(core, path, 15)


@pytest.mark.proof
@pytest.mark.parametrize("path", ASKED)
def test_many(core: FlaskClient, path: str) -> None:
    for number in rounds(PROOF_S / len(ASKED)):
        tried(core, path, 50, number)
