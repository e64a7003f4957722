"""The core as a caller meets it: answers of the declared shape, clear refusals, and no crash."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.scorer.http import create_core
from app.scorer.loader import SHIPPED, load_folder
from app.scorer.openapi import NAMES, openapi
from app.scorer.protocol import BATCH, CAPABILITIES, MAX_BYTES, PROBLEM, SCORE
from tests.scorer.cards import NOW, card

JSON = "application/json"
KEYS = ("first-key-of-the-core", "second-key-of-the-core")
GOOD = {"capability": "demo_score", "features": {"size": "500", "source": "Web", "else": {"deep": []}}}


@pytest.fixture
def core() -> FlaskClient:
    return create_core({"demo_score": card()}, clock=lambda: NOW).test_client()


@pytest.fixture
def guarded() -> FlaskClient:
    return create_core({"demo_score": card()}, KEYS).test_client()


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    problem: dict[str, Any] = response.get_json()
    PROBLEM.check(problem, "")
    assert problem["code"] == code
    assert problem["status"] == status
    return problem


def test_a_score_with_its_reasons(core: FlaskClient) -> None:
    response = core.post("/v1/score", json=GOOD | {"subject": {"type": "Lead", "id": "7"}, "deadline_ms": 500})
    assert response.status_code == 200
    score = response.get_json()
    SCORE.check(score, "")
    assert score["score"] == pytest.approx(card().link(30), abs=1e-4)
    assert score["meaning"] == "probability"
    assert score["model"] == {"name": "demo", "version": "1"}
    assert score["computed_at"] == "2026-11-23T12:00:00.000+00:00"
    assert score["valid_for_s"] == 7200
    first = score["factors"][0]
    assert first == {
        "label": "Large company",
        "effect": pytest.approx(card().link(30) - card().link(10), abs=1e-4),
        "direction": "up",
        "detail": "Size: 500 people",
        "fields": ["size"],
    }


def test_a_batch_keeps_its_order_and_a_bad_item_spoils_only_itself(core: FlaskClient) -> None:
    items = [
        GOOD,
        {"capability": "demo_score", "features": {"size": "many"}},
        {"capability": "other", "features": {}},
        {"capability": "demo_score", "features": {"size": "NaN", "elsewhere": 1}},
        "no item",
        {"capability": "demo_score", "features": {"size": 5}},
    ]
    response = core.post("/v1/score:batch", json={"items": items})
    assert response.status_code == 200
    BATCH.check(response.get_json(), "")
    results = response.get_json()["results"]
    codes = [result.get("error", {}).get("code") for result in results]
    assert codes == [None, "wrong-type", "unknown-capability", "insufficient-features", "wrong-shape", None]
    assert results[0]["score"] > results[5]["score"]
    assert results[1]["error"]["path"] == "features.size"
    assert results[3]["error"]["missing"] == list(card().fields)


def test_a_batch_is_capped_and_may_be_empty(core: FlaskClient) -> None:
    assert core.post("/v1/score:batch", json={"items": []}).get_json() == {"results": []}
    assert len(core.post("/v1/score:batch", json={"items": [GOOD] * 200}).get_json()["results"]) == 200
    problem = refused(core.post("/v1/score:batch", json={"items": [GOOD] * 201}), 422, "wrong-shape")
    assert problem["path"] == "items"


@pytest.mark.parametrize(
    ("body", "status", "code", "path"),
    [
        ({"capability": "x", "features": {}}, 404, "unknown-capability", "capability"),
        ({"features": {}}, 422, "wrong-shape", "capability"),
        ({"capability": 5, "features": {}}, 422, "wrong-shape", "capability"),
        ({"capability": "demo_score"}, 422, "wrong-shape", "features"),
        ({"capability": "demo_score", "features": [1]}, 422, "wrong-shape", "features"),
        ({"capability": "demo_score", "features": {"size": []}}, 422, "wrong-type", "features.size"),
        ({"capability": "demo_score", "features": {"size": {"a": {}}}}, 422, "wrong-type", "features.size"),
        ({"capability": "demo_score", "features": {"size": 10**400}}, 422, "wrong-type", "features.size"),
        (GOOD | {"subject": "me"}, 422, "wrong-shape", "subject"),
        (GOOD | {"subject": {"id": 5}}, 422, "wrong-shape", "subject.id"),
        (GOOD | {"deadline_ms": -1}, 422, "wrong-shape", "deadline_ms"),
        (GOOD | {"purpose": "x" * 5000}, 422, "wrong-shape", "purpose"),
        ([], 422, "wrong-shape", None),
        (None, 422, "wrong-shape", None),
        ("text", 422, "wrong-shape", None),
    ],
)
def test_wrong_requests_are_refused_with_the_path(
    core: FlaskClient, body: Any, status: int, code: str, path: str | None
) -> None:
    problem = refused(core.post("/v1/score", data=json.dumps(body), content_type=JSON), status, code)
    assert problem.get("path") == path


def test_too_little_known_names_what_would_help(core: FlaskClient) -> None:
    response = core.post("/v1/score", json={"capability": "demo_score", "features": {"size": None}})
    assert refused(response, 422, "insufficient-features")["missing"] == list(card().fields)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"\xff\xfe", b'{"a": NaN}', b'{"a": -Infinity}', b"[" * 200_000, b'{"a":' * 50_000,
        b'{"capability": "demo_score", "features": {"size": ' + b"9" * 5000 + b"}}",
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused(core: FlaskClient, body: bytes) -> None:
    refused(core.post("/v1/score", data=body, content_type=JSON), 400, "not-json")


def test_odd_unicode_comes_back_in_one_piece(core: FlaskClient) -> None:
    body = rb'{"capability": "demo_score", "features": {"source": "\ud800 \u202e<b>", "size": 1}}'
    response = core.post("/v1/score", data=body, content_type=JSON)
    assert response.status_code == 200
    SCORE.check(response.get_json(), "")


def test_size_type_path_and_method_are_checked(core: FlaskClient) -> None:
    big = b" " * (MAX_BYTES + 1)
    refused(core.post("/v1/score", data=big, content_type=JSON), 413, "too-large")
    refused(core.post("/v1/score", data="{}", content_type="text/plain"), 415, "wrong-media-type")
    refused(core.post("/v1/score", data={"a": "b"}), 415, "wrong-media-type")
    refused(core.post("/v1/other", json={}), 404, "not-found")
    response = core.get("/v1/score")
    refused(response, 405, "method-not-allowed")
    assert "POST" in response.headers["Allow"]


def test_a_key_is_asked_for_when_there_are_keys(guarded: FlaskClient) -> None:
    response = guarded.post("/v1/score", json=GOOD)
    refused(response, 401, "unauthorized")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    for given in ("Bearer wrong", "Bearer ", "Basic " + KEYS[0], KEYS[0], "Bearer ü"):
        refused(guarded.post("/v1/score", json=GOOD, headers={"Authorization": given}), 401, "unauthorized")
    for key in KEYS:
        assert guarded.post("/v1/score", json=GOOD, headers={"Authorization": f"Bearer {key}"}).status_code == 200
        assert guarded.get("/v1/capabilities", headers={"X-Api-Key": key}).status_code == 200
    assert guarded.get("/healthz").get_json() == {"status": "ok"}
    assert guarded.get("/openapi.json").status_code == 200


def test_capabilities_tell_what_may_be_sent() -> None:
    core = create_core(load_folder(SHIPPED)).test_client()
    answer = core.get("/v1/capabilities").get_json()
    CAPABILITIES.check(answer, "")
    offered = {capability["name"]: capability for capability in answer["capabilities"]}
    assert set(offered) == {"lead_score", "bank_lead_score"}
    fields = {field["name"]: field for field in offered["bank_lead_score"]["fields"]}
    assert "duration" not in fields
    assert fields["balance"]["type"] == "number"
    assert "cellular" in fields["contact"]["values"]


def test_the_description_covers_every_route_and_nothing_else(core: FlaskClient) -> None:
    document = core.get("/openapi.json").get_json()
    assert document == json.loads(json.dumps(openapi()))
    declared = {(path, method) for path, methods in document["paths"].items() for method in methods}
    served = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in core.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert declared == served
    named = {name.rpartition("/")[2] for name in _references(document)}
    assert named <= set(NAMES)


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        found = {node["$ref"]} if "$ref" in node else set()
        return found.union(*(_references(child) for child in node.values()))
    return set().union(*(_references(child) for child in node)) if isinstance(node, list) else set()


def test_a_bug_of_ours_shows_and_logs_no_value(caplog: pytest.LogCaptureFixture) -> None:
    def broken_clock() -> Any:
        raise RuntimeError("secret-of-the-record")

    core = create_core({"demo_score": card()}, clock=broken_clock).test_client()
    with caplog.at_level(logging.DEBUG):
        problem = refused(core.post("/v1/score", json=GOOD), 500, "error")
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text + json.dumps(problem)


def test_no_value_of_a_record_reaches_the_log(core: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for size in (500, "hidden-value", ["hidden-value"]):
            core.post(
                "/v1/score",
                json={"capability": "demo_score", "features": {"size": size}, "subject": {"id": "hid"}},
            )
    assert "hid" not in caplog.text
