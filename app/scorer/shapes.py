"""Shapes of JSON: each checks a value strictly and describes itself as JSON Schema, so both agree."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from app.scorer.features import json_type

Schema = dict[str, Any]
HALF = re.compile("[\ud800-\udfff]")


class ShapeRefused(ValueError):
    """A value of the wrong shape: where, and what was expected. Never repeats the value."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path or 'the body'} {what}")
        self.path = path
        self.what = what


class Shape(Protocol):
    """What a value of a request or an answer may be."""

    def check(self, value: Any, path: str) -> None:
        """Raises ShapeRefused for the first thing that is wrong; `path` says where the value stands, as `items[2]`."""

    def schema(self) -> Schema:
        """The same as JSON Schema: https://json-schema.org/draft/2020-12/json-schema-core"""


@dataclass(frozen=True, slots=True)
class Text:
    """`form`: a pattern that the whole of it must have, and `says` in words which. `kept`: a database must take it."""

    doc: str
    max_length: int = 200
    choices: tuple[str, ...] = ()
    form: str = ""
    says: str = ""
    kept: bool = False

    def check(self, value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise ShapeRefused(path, f"must be text, not {json_type(value)}")
        if len(value) > self.max_length:
            raise ShapeRefused(path, f"must have at most {self.max_length} characters")
        if self.kept and HALF.search(value):  # JSON can write it, and no database takes it
            raise ShapeRefused(path, "must not hold half of a character (a lone surrogate)")
        if self.choices and value not in self.choices:
            raise ShapeRefused(path, f"must be one of: {', '.join(self.choices)}")
        if self.form and not re.fullmatch(self.form, value):
            raise ShapeRefused(path, f"must be {self.says}")

    def schema(self) -> Schema:
        schema: Schema = {"type": "string", "description": self.doc, "maxLength": self.max_length}
        schema |= {"enum": list(self.choices)} if self.choices else {}
        return schema | ({"pattern": f"^{self.form}$"} if self.form else {})


@dataclass(frozen=True, slots=True)
class Number:
    """`whole`: 7 and 7.0 are, 7.5 is not."""

    doc: str
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False

    def check(self, value: Any, path: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ShapeRefused(path, f"must be a number, not {json_type(value)}")
        if isinstance(value, float) and not math.isfinite(value):
            raise ShapeRefused(path, "must be a finite number")
        if self.minimum is not None and value < self.minimum:
            raise ShapeRefused(path, f"must be at least {self.minimum:g}")
        if self.maximum is not None and value > self.maximum:
            raise ShapeRefused(path, f"must be at most {self.maximum:g}")
        if self.whole and value != int(value):
            raise ShapeRefused(path, "must be a whole number")

    def schema(self) -> Schema:
        limits = {"minimum": self.minimum, "maximum": self.maximum}
        given = {key: value for key, value in limits.items() if value is not None}
        return {"type": "integer" if self.whole else "number", "description": self.doc} | given


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false, and no number that stands for them."""

    doc: str

    def check(self, value: Any, path: str) -> None:
        if not isinstance(value, bool):
            raise ShapeRefused(path, f"must be true or false, not {json_type(value)}")

    def schema(self) -> Schema:
        return {"type": "boolean", "description": self.doc}


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    doc: str
    item: Shape
    at_least: int = 0
    at_most: int = 200
    each: bool = True  # False: whoever asks checks the items one by one, so that a bad one spoils only itself

    def check(self, value: Any, path: str) -> None:
        if not isinstance(value, list):
            raise ShapeRefused(path, f"must be a list, not {json_type(value)}")
        if not self.at_least <= len(value) <= self.at_most:
            raise ShapeRefused(path, f"must have {self.at_least} to {self.at_most} items, not {len(value)}")
        if self.each:
            for index, item in enumerate(value):
                self.item.check(item, f"{path}[{index}]")

    def schema(self) -> Schema:
        limits = {"minItems": self.at_least, "maxItems": self.at_most}
        return {"type": "array", "description": self.doc, "items": self.item.schema()} | limits


@dataclass(frozen=True, slots=True)
class Object:
    """Named members; others are passed over, so that a newer caller can talk to an older core."""

    doc: str
    required: Mapping[str, Shape]
    optional: Mapping[str, Shape]

    def check(self, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise ShapeRefused(path, f"must be an object, not {json_type(value)}")
        dot = f"{path}." if path else ""
        for name, shape in self.required.items():
            if name not in value:
                raise ShapeRefused(f"{dot}{name}", "is missing")
            shape.check(value[name], f"{dot}{name}")
        for name, shape in self.optional.items():
            if name in value:
                shape.check(value[name], f"{dot}{name}")

    def schema(self) -> Schema:
        members = {name: shape.schema() for name, shape in {**self.required, **self.optional}.items()}
        return {
            "type": "object",
            "description": self.doc,
            "properties": members,
            "required": list(self.required),
        }


@dataclass(frozen=True, slots=True)
class Either:
    """One of several shapes."""

    shapes: tuple[Shape, ...]

    def check(self, value: Any, path: str) -> None:
        refusals = []
        for shape in self.shapes:
            try:
                return shape.check(value, path)
            except ShapeRefused as refused:
                refusals.append(refused)
        raise refusals[0]

    def schema(self) -> Schema:
        return {"anyOf": [shape.schema() for shape in self.shapes]}
