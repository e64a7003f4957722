"""The OpenAPI 3.1 document, made of the operations and of what their shapes say of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from app.machines.api.forms import MOST_MEMBERS, Form
from app.machines.api.operations import ANYBODY, OPERATIONS, SERVICE, SESSION, SIGNED, Operation, Shape
from app.machines.api.shapes import Problem

_REFS = "#/components/schemas/{name}"
_END = "$(?!\\n)"  # Python's "$" lets one line end pass; other readers' does not, and some know no look-ahead
_SECURITY: Mapping[str, list[dict[str, list[str]]]] = {
    SERVICE: [{"key": []}, {"credentials": []}],
    SESSION: [{"session": []}],
    ANYBODY: [{"session": []}, {}],
    SIGNED: [],
}
_SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key of a connection: inlay api-key create."},
    "credentials": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of the customer's own issuer (OAuth client credentials), as the connection's "
        "machine_issuer, machine_audience and machines say.",
    },
    "session": {"type": "http", "scheme": "bearer", "description": "The token that POST /session answered."},
}


def document(public_url: str) -> dict[str, Any]:
    """The whole document."""
    shapes = sorted({*_shapes()}, key=lambda each: each.__name__)
    _, found = msgspec.json.schema_components(shapes, ref_template=_REFS)
    for shape in shapes:
        if issubclass(shape, Form):  # further members are passed over, but they are texts too
            found[shape.__name__] |= {"additionalProperties": {"type": "string"}, "maxProperties": MOST_MEMBERS}
    paths: dict[str, dict[str, Any]] = {}
    for each in OPERATIONS:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, found)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Inlay",
            "version": "1",
            "description": "Scores for a customer's own code, batches of scores that it brings, and what panels and "
            "hosts ask. Whatever is not done is told as a problem document (RFC 9457) whose code never changes; at "
            "/session as OAuth has it.",
        },
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {"schemas": _plain(found), "securitySchemes": _SCHEMES},
    }


def _shapes() -> list[Shape]:
    used = [shape for each in OPERATIONS for shape in (each.place, each.query, each.body, each.refusal) if shape]
    told = [answer.shape for each in OPERATIONS for answer in each.answers.values() if answer.shape]
    return [*used, *told, Problem]


def _operation(each: Operation, found: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": each.name,
        "tags": [each.group],
        "summary": each.summary,
        "security": _SECURITY.get(each.who, []),
        "parameters": [*_parameters(each.place, "path", found), *_parameters(each.query, "query", found)],
        "responses": _responses(each),
    }
    if each.body is not None:
        content: dict[str, Any] = {media: {"schema": _ref(each.body)} for media in each.media if not each.rows}
        # a line is one of these; the whole is text
        content |= {media: {"schema": {"type": "string"}, "x-each-line": _ref(each.body)} for media in each.rows}
        told["requestBody"] = {"required": each.body_needed, "content": content}
    return told


def _responses(each: Operation) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, answer in each.answers.items():
        heads = {name: {"description": says, "schema": {"type": "string"}} for name, says in answer.headers.items()}
        content = {"application/json": {"schema": _ref(answer.shape)}} if answer.shape else {}
        responses[str(status)] = {"description": answer.says, "headers": heads, "content": content}
    for status, says in each.refused().items():
        content = {each.refusal_media: {"schema": _ref(each.refusal)}}
        responses[str(status)] = {"description": says, "content": content}
    return responses


def _parameters(shape: Shape | None, where: str, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    if shape is None:
        return []
    said = found[shape.__name__]
    return [
        {"name": name, "in": where, "required": name in said.get("required", ()), "schema": _plain(schema)}
        for name, schema in said["properties"].items()
    ]


def _ref(shape: Shape) -> dict[str, str]:
    return {"$ref": _REFS.format(name=shape.__name__)}


def _plain(value: Any) -> Any:
    """Patterns as every reader of JSON Schema takes them."""
    if isinstance(value, Mapping):
        return {
            name: each.replace(_END, "$") if isinstance(each, str) else _plain(each) for name, each in value.items()
        }
    return [_plain(each) for each in value] if isinstance(value, list) else value
