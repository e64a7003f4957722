"""The wire: the shapes of the core's requests and answers, and the OpenAPI description made from them."""

from __future__ import annotations

from typing import Any

from app.scorer.features import Kind
from app.scorer.loader import MEANINGS
from app.scorer.scorecard import SHOWN_FACTORS
from app.scorer.shapes import Either, Flag, Items, Number, Object, Schema, Shape, Text

MAX_ITEMS = 200
MAX_BYTES = 1_000_000

FEATURES = Object(
    "The record's values by feature name: numbers, texts, true, false or null; numbers may come as text."
    ' null, "", "NaN", "n/a" and "unknown" mean: not known. Names that the capability lacks are passed over.',
    {},
    {},
)
SUBJECT = Object(
    "Whose score this is. Only for tracing: it changes nothing in the score and is not logged.",
    {},
    {
        "type": Text("The record's type in its host"),
        "id": Text("The record's id in its host"),
        "connection": Text("The connection that asks"),
    },
)
SCORE_REQUEST = Object(
    "One record to score.",
    {"capability": Text("What to ask, see /v1/capabilities", 64), "features": FEATURES},
    {
        "subject": SUBJECT,
        "purpose": Text("Why the score is wanted"),
        "deadline_ms": Number("How long the caller waits. Answers take well below a millisecond each.", 0),
    },
)
BATCH_REQUEST = Object(
    "Several records, answered in the same order.",
    {"items": Items("The records", SCORE_REQUEST, at_most=MAX_ITEMS, each=False)},
    {},
)

MODEL = Object("Which model answered.", {"name": Text("Its name"), "version": Text("Its version")}, {})
FACTOR = Object(
    "One reason of the score.",
    {
        "label": Text("The reason, as a sentence"),
        "effect": Number("By how many points of the score this record differs from an average one in this, exactly"),
        "direction": Text("Whether the reason lifts or lowers the score", choices=("up", "down")),
        "fields": Items("The features that the reason speaks of", Text("A feature")),
    },
    {"detail": Text("The values behind the reason", 1000)},
)
SCORE = Object(
    "A score with its reasons.",
    {
        "score": Number("The score", 0, 100),
        "meaning": Text("What the number says: percent chance, or 0 worst to 100 best", choices=MEANINGS),
        "confidence": Number(
            "How much of what the scorecard can tell it could tell here: 1 when every row had a value,"
            " less by the weight of those that had none",
            0,
            1,
        ),
        "factors": Items("The strongest reasons first", FACTOR, at_most=SHOWN_FACTORS),
        "model": MODEL,
        "computed_at": Text("When, in UTC, ISO 8601"),
        "valid_for_s": Number("How many seconds the core stands by it", 1),
    },
    {},
)
ERROR = Object(
    "Why an item has no score.",
    {"code": Text("A stable word"), "detail": Text("What to do about it", 10_000)},
    {
        "path": Text("Where in the item", 1000),
        "missing": Items("The features that would be needed", Text("A feature"), at_most=10_000),
    },
)
BATCH = Object(
    "The results, in the order of the items.",
    {"results": Items("Each a score or an error", Either((SCORE, Object("", {"error": ERROR}, {}))))},
    {},
)
FIELD = Object(
    "A feature that the capability reads.",
    {
        "name": Text("Its name"),
        "type": Text("Its type", choices=tuple(Kind)),
        "doc": Text("What it means", 1000),
        "title": Text("What people call it"),
        "required": Flag("Whether there is no score without it"),
    },
    {
        "unit": Text("Its unit"),
        "values": Items("The values that are told apart", Text("A value"), at_most=10_000),
    },
)
CAPABILITIES = Object(
    "What this core can be asked.",
    {
        "capabilities": Items(
            "One for each scorecard",
            Object(
                "A capability.",
                {
                    "name": Text("Its name"),
                    "kind": Text("What it answers", choices=("score",)),
                    "title": Text("Its title"),
                    "meaning": Text("What its number says", choices=MEANINGS),
                    "bands": Object(
                        "The lowest score that is called so.",
                        {word: Number("Its lowest score", 0, 100) for word in ("high", "medium", "low")},
                        {},
                    ),
                    "fields": Items("The features that it reads", FIELD, at_most=10_000),
                    "model": MODEL,
                },
                {},
            ),
            at_most=10_000,
        )
    },
    {},
)
HEALTH = Object("The core is up.", {"status": Text("Always ok", choices=("ok",))}, {})
PROBLEM = Object(
    "What went wrong (RFC 9457).",
    {
        "type": Text("Always about:blank"),
        "title": Text("In general"),
        "status": Number("The HTTP status"),
        "detail": Text("In this case, with its mend", 10_000),
        "code": Text("A stable word"),
    },
    {
        "path": Text("Where in the body", 1000),
        "missing": Items("The features that would be needed", Text("A feature"), at_most=10_000),
    },
)

NAMES: dict[str, Shape] = {
    "ScoreRequest": SCORE_REQUEST,
    "Score": SCORE,
    "BatchRequest": BATCH_REQUEST,
    "Batch": BATCH,
    "Capabilities": CAPABILITIES,
    "Health": HEALTH,
    "Problem": PROBLEM,
}
REFUSALS = {
    "400": "The body is not JSON.",
    "401": "The API key is missing or wrong (only when the core was started with keys).",
    "413": "The body is over 1 MB.",
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
            "description": "Takes a record's features and answers a score with exact reasons.",
        },
        "security": [{}, {"bearer": []}, {"header": []}],
        "paths": {
            "/v1/score": {"post": _post("Scores one record.", "ScoreRequest", "Score", unknown=True)},
            "/v1/score:batch": {"post": _post("Scores up to 200 records.", "BatchRequest", "Batch")},
            "/v1/capabilities": {"get": _get("What can be asked.", "Capabilities", guarded=True)},
            "/healthz": {"get": _get("Whether the core is up.", "Health")},
            "/openapi.json": {"get": {"summary": "This document.", "responses": {"200": _json("The document.")}}},
        },
        "components": {
            "schemas": {name: shape.schema() for name, shape in NAMES.items()},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
            },
        },
    }


def _post(summary: str, body: str, answer: str, *, unknown: bool = False) -> Schema:
    refusals = REFUSALS | ({"404": "There is no such capability."} if unknown else {})
    return {
        "summary": summary,
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(body)}}},
        "responses": {"200": _json(answer, answer)} | {status: _problem(text) for status, text in refusals.items()},
    }


def _get(summary: str, answer: str, *, guarded: bool = False) -> Schema:
    refused = {"401": _problem(REFUSALS["401"])} if guarded else {}
    return {"summary": summary, "responses": {"200": _json(answer, answer)} | refused}


def _json(description: str, name: str = "") -> Schema:
    schema: dict[str, Any] = _ref(name) if name else {"type": "object"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _problem(description: str) -> Schema:
    return {"description": description, "content": {"application/problem+json": {"schema": _ref("Problem")}}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
