"""Analyses as a caller meets them: the declared shape, exact quotes, jobs, and clear refusals."""

from __future__ import annotations

import json
import time
from datetime import datetime
from threading import Event
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.scorer.contract.playbook import Playbook
from app.scorer.http import create_core
from app.scorer.protocol import CAPABILITIES, PROBLEM
from app.scorer.protocol_analyse import ANALYSIS, JOB, MAX_BYTES, STARTED
from tests.scorer.cards import NOW, card
from tests.scorer.contract.books import CONTRACT, TEXT, book

PAGES = [{"number": 1, "start": 0, "end": 88}, {"number": 2, "start": 88, "end": len(CONTRACT)}]
DOCUMENT = {"name": "c.pdf", "media_type": "application/pdf", "sha256": "0f" * 32, "text": CONTRACT, "pages": PAGES}
GOOD = {"capability": "contract_review", "document": DOCUMENT, "playbook": "small"}


def core_with(*books: Playbook, in_jobs: bool = True) -> FlaskClient:
    playbooks = {"contract_review": {each.name: each for each in books}}
    return create_core({"demo_score": card()}, clock=lambda: NOW, playbooks=playbooks, in_jobs=in_jobs).test_client()


@pytest.fixture
def core() -> FlaskClient:
    return core_with(book(), book(TEXT.replace('"small"', '"other"')))


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    problem: dict[str, Any] = response.get_json()
    PROBLEM.check(problem, "")
    assert problem["code"] == code
    return problem


def document(**changed: Any) -> dict[str, Any]:
    return GOOD | {"document": DOCUMENT | changed}


def test_an_analysis_quotes_exactly(core: FlaskClient) -> None:
    response = core.post("/v1/analyse", json=GOOD | {"deadline_ms": 5000})
    assert response.status_code == 200, response.text
    analysis = response.get_json()
    ANALYSIS.check(analysis, "")
    assert analysis["model"] == {"name": "demo/small", "version": book().version}
    assert analysis["computed_at"] == "2026-11-23T12:00:00.000+00:00"
    first = analysis["findings"][0]
    assert set(first) == {
        "id", "category", "severity", "title", "quote", "page", "start", "end",
        "explanation", "suggestion", "confidence",
    }  # fmt: skip
    for finding in analysis["findings"]:
        assert CONTRACT[finding["start"] : finding["end"]] == finding["quote"]
    assert analysis["facts"][0] == {
        "category": "law",
        "label": "Law",
        "value": "Ohio",
        "quote": CONTRACT[:87],
        "page": 1,
    }


def test_a_missing_clause_has_no_quote(core: FlaskClient) -> None:
    analysis = core.post("/v1/analyse", json=document(text="Nothing is in here.", pages=[])).get_json()
    ANALYSIS.check(analysis, "")
    (missing,) = analysis["findings"]
    assert missing["category"] == "missing-law"
    assert not {"quote", "page", "start", "end"} & set(missing)


def test_the_playbook_is_the_named_one_or_the_first(core: FlaskClient) -> None:
    for name, model in (("other", "demo/other"), ("", "demo/small")):
        assert core.post("/v1/analyse", json=GOOD | {"playbook": name}).get_json()["model"]["name"] == model
    without = {key: value for key, value in GOOD.items() if key != "playbook"}
    assert core.post("/v1/analyse", json=without).get_json()["model"]["name"] == "demo/small"


@pytest.mark.parametrize(
    ("body", "status", "code", "path"),
    [
        (GOOD | {"capability": "demo_score"}, 404, "unknown-capability", "capability"),
        (GOOD | {"playbook": "mine"}, 404, "unknown-playbook", "playbook"),
        (GOOD | {"playbook": 5}, 422, "wrong-shape", "playbook"),
        ({"capability": "contract_review"}, 422, "wrong-shape", "document"),
        (document(text=None), 422, "wrong-shape", "document.text"),
        (document(text=" \n ", pages=[]), 422, "no-text", "document.text"),
        (document(sha256="XY"), 422, "wrong-shape", "document.sha256"),
        (document(pages=None), 422, "wrong-shape", "document.pages"),
        (document(pages=[{"number": 1, "start": 0}]), 422, "wrong-shape", "document.pages[0].end"),
        (document(pages=[{"number": 1.5, "start": 0, "end": 1}]), 422, "wrong-shape", "document.pages[0].number"),
        (document(pages=[{"number": 1, "start": 2, "end": 1}]), 422, "wrong-shape", "document.pages[0].end"),
        (document(pages=[{"number": 1, "start": 0, "end": 10**6}]), 422, "wrong-shape", "document.pages[0].end"),
        (document(pages=[PAGES[1], PAGES[0]]), 422, "wrong-shape", "document.pages[1].number"),
        (document(pages=[PAGES[0], PAGES[1] | {"start": 5}]), 422, "wrong-shape", "document.pages[1].start"),
        (GOOD | {"deadline_ms": -1}, 422, "wrong-shape", "deadline_ms"),
        ([], 422, "wrong-shape", None),
    ],
)
def test_wrong_requests_are_refused_with_the_path(
    core: FlaskClient, body: Any, status: int, code: str, path: str | None
) -> None:
    assert refused(core.post("/v1/analyse", json=body), status, code).get("path") == path


def test_an_analysis_may_be_larger_than_a_score(core: FlaskClient) -> None:
    big = json.dumps(document(text=CONTRACT + " Nothing more." * 90_000, pages=[]) | {"deadline_ms": 0})
    assert core.post("/v1/analyse", data=big, content_type="application/json").status_code in {200, 202}
    problem = refused(
        core.post("/v1/analyse", data=b" " * (MAX_BYTES + 1), content_type="application/json"), 413, "too-large"
    )
    assert f"{MAX_BYTES:,}" in problem["detail"]
    assert core.post("/v1/score", data=big, content_type="application/json").status_code == 413


def finished(core: FlaskClient, job: str) -> dict[str, Any]:
    for _ in range(500):
        told: dict[str, Any] = core.get(f"/v1/jobs/{job}").get_json()
        JOB.check(told, "")
        if told["state"] != "running":
            return told
        time.sleep(0.02)
    raise AssertionError("the job does not end")


def test_what_takes_longer_than_the_caller_waits_is_a_job() -> None:
    gate = Event()

    def late() -> datetime:
        assert gate.wait(20)
        return NOW

    core = create_core({}, clock=late, playbooks={"contract_review": {"small": book()}}).test_client()
    response = core.post("/v1/analyse", json=GOOD | {"deadline_ms": 100})
    assert response.status_code == 202
    assert int(response.headers["Retry-After"]) >= 1
    STARTED.check(response.get_json(), "")
    job = response.get_json()["job"]
    assert core.get(f"/v1/jobs/{job}").get_json()["state"] == "running"
    gate.set()
    told = finished(core, job)
    assert told["state"] == "done"
    assert told["progress"] == {"done": 3, "total": 3, "unit": "clauses"}
    ANALYSIS.check(told["result"], "")
    assert told["result"]["findings"]


def test_a_failed_job_says_so_and_too_many_are_refused() -> None:
    gate = Event()

    def stuck() -> Any:
        assert gate.wait(20)
        raise RuntimeError("secret-of-the-document")

    core = create_core({}, clock=stuck, playbooks={"contract_review": {"small": book()}}).test_client()
    answers = [core.post("/v1/analyse", json=GOOD | {"deadline_ms": 0}) for _ in range(17)]
    assert [answer.status_code for answer in answers] == [202] * 16 + [503]
    refused(answers[-1], 503, "busy")
    assert answers[-1].headers["Retry-After"]
    job = answers[0].get_json()["job"]
    gate.set()
    told = finished(core, job)
    assert told["state"] == "failed"
    assert "secret" not in json.dumps(told)


def test_an_unknown_job_is_refused(core: FlaskClient) -> None:
    refused(core.get("/v1/jobs/never-begun"), 404, "unknown-job")


def test_without_jobs_every_analysis_is_waited_for() -> None:
    """Several processes: a job would be known to one of them only."""
    core = core_with(book(), in_jobs=False)
    assert core.post("/v1/analyse", json=GOOD | {"deadline_ms": 0}).status_code == 200


def test_capabilities_list_analyses_with_their_playbooks(core: FlaskClient) -> None:
    answer = core.get("/v1/capabilities").get_json()
    CAPABILITIES.check(answer, "")
    (offered,) = [each for each in answer["capabilities"] if each["kind"] == "analysis"]
    assert offered["name"] == "contract_review"
    assert [each["name"] for each in offered["playbooks"]] == ["small", "other"]
    assert offered["playbooks"][0]["categories"] == ["law", "fee"]


def test_odd_unicode_keeps_its_offsets(core: FlaskClient) -> None:
    text = "😀 \u202e “Ünïcode” is in front of what we look for in here.\n\n" + CONTRACT
    body = json.dumps(document(text=text, pages=[]) | {"deadline_ms": 5000})
    for finding in core.post("/v1/analyse", data=body, content_type="application/json").get_json()["findings"]:
        assert text[finding["start"] : finding["end"]] == finding["quote"]
    broken = body.replace("is in front", "\\ud800 is in front")
    assert core.post("/v1/analyse", data=broken, content_type="application/json").status_code == 200
