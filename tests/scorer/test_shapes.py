"""What a shape says of itself is what it checks: each rule of its schema has a value that breaks it."""

from __future__ import annotations

from typing import Any

import pytest

from app.scorer.shapes import Either, Flag, Items, Number, Object, Shape, ShapeRefused, Text

PERSON = Object("", {"name": Text("", 5)}, {"age": Number("", 0, 150), "tags": Items("", Text(""), 1, 2)})


@pytest.mark.parametrize(
    ("shape", "value", "path"),
    [
        (PERSON, {"name": "Ann"}, None),
        (PERSON, {"name": "Ann", "age": 3.5, "tags": ["a"], "more": object}, None),
        (PERSON, {"name": "Annabel"}, "name"),
        (PERSON, {}, "name"),
        (PERSON, {"name": "Ann", "age": True}, "age"),
        (PERSON, {"name": "Ann", "age": float("nan")}, "age"),
        (PERSON, {"name": "Ann", "age": -1}, "age"),
        (PERSON, {"name": "Ann", "age": 10**400}, "age"),
        (PERSON, {"name": "Ann", "tags": []}, "tags"),
        (PERSON, {"name": "Ann", "tags": ["a", 5]}, "tags[1]"),
        (PERSON, None, ""),
        (Text("", choices=("a", "b")), "c", ""),
        (Flag(""), 1, ""),
        (Text("", form="[0-9a-f]{4}", says="hex"), "00ff", None),
        (Text("", form="[0-9a-f]{4}", says="hex"), "00ff\n", ""),
        (Text("", kept=True), "\ud800", ""),
        (Number("", whole=True), 7.0, None),
        (Number("", whole=True), 7.5, ""),
        (Either((Number(""), Flag(""))), True, None),
        (Either((Number(""), Flag(""))), "x", ""),
    ],
)
def test_shapes_check(shape: Shape, value: Any, path: str | None) -> None:
    if path is None:
        shape.check(value, "")
        return
    with pytest.raises(ShapeRefused) as refused:
        shape.check(value, "")
    assert refused.value.path == path


def test_shapes_describe_the_same_rules() -> None:
    assert Number("", 1, 9, whole=True).schema()["type"] == "integer"
    assert Text("", 4, form="[0-9a-f]{4}", says="hex").schema()["pattern"] == "^[0-9a-f]{4}$"
    assert PERSON.schema() == {
        "type": "object",
        "description": "",
        "properties": {
            "name": {"type": "string", "description": "", "maxLength": 5},
            "age": {"type": "number", "description": "", "minimum": 0, "maximum": 150},
            "tags": {
                "type": "array",
                "description": "",
                "items": {"type": "string", "description": "", "maxLength": 200},
                "minItems": 1,
                "maxItems": 2,
            },
        },
        "required": ["name"],
    }
