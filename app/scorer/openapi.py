"""The OpenAPI description of the core, made from the shapes that check its requests."""

from __future__ import annotations

from typing import Any

from app.scorer.protocol import BATCH, BATCH_REQUEST, CAPABILITIES, HEALTH, PROBLEM, SCORE, SCORE_REQUEST
from app.scorer.protocol_analyse import ANALYSE_REQUEST, ANALYSIS, JOB, STARTED
from app.scorer.protocol_feedback import FEEDBACK, FEEDBACK_REQUEST
from app.scorer.shapes import Schema, Shape

NAMES: dict[str, Shape] = {
    "ScoreRequest": SCORE_REQUEST,
    "Score": SCORE,
    "BatchRequest": BATCH_REQUEST,
    "Batch": BATCH,
    "AnalyseRequest": ANALYSE_REQUEST,
    "Analysis": ANALYSIS,
    "Started": STARTED,
    "Job": JOB,
    "FeedbackRequest": FEEDBACK_REQUEST,
    "Feedback": FEEDBACK,
    "Capabilities": CAPABILITIES,
    "Health": HEALTH,
    "Problem": PROBLEM,
}
REFUSALS = {
    "400": "The body is not JSON.",
    "401": "The API key is missing or wrong (only when the core was started with keys).",
    "413": "The body is over 1 MB, or 20 MB for an analysis.",
    "415": "The content type is not application/json.",
    "422": "The body has the wrong shape, a feature has the wrong type, or no feature is known.",
}


def openapi() -> Schema:
    """The OpenAPI 3.1 document of the core."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Inlay core",
            "version": "1",
            "description": "Scores records with exact reasons, and analyses documents with exact quotes.",
        },
        "security": [{}, {"bearer": []}, {"header": []}],
        "paths": {
            "/v1/score": {"post": _post("score", "Scores one record.", "ScoreRequest", "Score", unknown=True)},
            "/v1/score:batch": {"post": _post("scoreBatch", "Scores up to 200 records.", "BatchRequest", "Batch")},
            "/v1/analyse": {"post": _analyse()},
            "/v1/jobs/{job}": {"get": _job()},
            "/v1/feedback": {"post": _feedback()},
            "/v1/capabilities": {"get": _get("capabilities", "What can be asked.", "Capabilities", guarded=True)},
            "/healthz": {"get": _get("health", "Whether the core is up.", "Health")},
            "/openapi.json": {"get": _operation("describe", "This document.", {"200": _json("The document.")})},
        },
        "components": {
            "schemas": {name: shape.schema() for name, shape in NAMES.items()},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
            },
        },
    }


def _operation(name: str, summary: str, responses: Schema) -> Schema:
    return {"operationId": name, "summary": summary, "responses": responses}


def _post(name: str, summary: str, body: str, answer: str, *, unknown: bool = False) -> Schema:
    refusals = REFUSALS | ({"404": "There is no such capability."} if unknown else {})
    responses = {"200": _json(answer, answer)} | {status: _problem(text) for status, text in refusals.items()}
    sent = {"required": True, "content": {"application/json": {"schema": _ref(body)}}}
    return _operation(name, summary, responses) | {"requestBody": sent}


def _analyse() -> Schema:
    post = _post("analyse", "Analyses one document.", "AnalyseRequest", "Analysis", unknown=True)
    retry = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer"}}}
    how = {"operationId": "job", "parameters": {"job": "$response.body#/job"}, "description": "How it stands."}
    later = _json("It takes longer.", "Started") | {"headers": retry, "links": {"job": how}}
    busy = _problem("Too many documents are being analysed.") | {"headers": retry}
    return post | {"responses": post["responses"] | {"202": later, "503": busy}}


def _feedback() -> Schema:
    post = _post("feedback", "Hears what people say of an answer.", "FeedbackRequest", "Feedback")
    return post | {"responses": post["responses"] | {"501": _problem("This core was started without a file for it.")}}


def _job() -> Schema:
    get = _get("job", "How an analysis stands.", "Job", guarded=True)
    job = {"name": "job", "in": "path", "required": True, "schema": {"type": "string"}}
    gone = {"404": _problem("There is no such job, or its result was kept long enough.")}
    return get | {"parameters": [job], "responses": get["responses"] | gone}


def _get(name: str, summary: str, answer: str, *, guarded: bool = False) -> Schema:
    refused = {"401": _problem(REFUSALS["401"])} if guarded else {}
    return _operation(name, summary, {"200": _json(answer, answer)} | refused)


def _json(description: str, name: str = "") -> Schema:
    schema: dict[str, Any] = _ref(name) if name else {"type": "object"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _problem(description: str) -> Schema:
    return {"description": description, "content": {"application/problem+json": {"schema": _ref("Problem")}}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
