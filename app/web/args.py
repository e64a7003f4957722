"""The args of a component: a typed schema read from `stories.toml`, and the check of values against it.

One schema does four jobs: it validates what a view hands to a template, coerces what a designer types into
the preview (so texts are accepted for every type), documents the component, and draws the controls.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.errors import BadRequest

_COMMON = {"type", "doc", "default", "nullable"}
_KEYS: dict[str, set[str]] = {  # what a row of each type may say besides
    "int": {"min", "max"},
    "number": {"min", "max"},
    "bool": set(),
    "text": {"max"},
    "enum": {"of"},
    "datetime": set(),
    "list": {"of", "max"},
    "object": {"fields"},
}
_NEEDS: dict[str, set[str]] = {"text": {"max"}, "enum": {"of"}, "list": {"of", "max"}, "object": {"fields"}}
_BOOLS = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}


class SchemaError(ValueError):
    """A row of `[args]` is not one; the text says what is wrong with which arg."""


@dataclass(frozen=True, slots=True)
class Arg:
    """One declared arg. `default` is already checked; None with `required` false means nullable."""

    name: str
    type: str
    doc: str = ""
    default: Any = None
    required: bool = False
    nullable: bool = False
    min: float | None = None
    max: float | None = None
    choices: tuple[str, ...] = ()
    item: Arg | None = None
    fields: Mapping[str, Arg] = field(default_factory=dict)

    @classmethod
    def read(cls, name: str, row: Any, *, needs_doc: bool = True) -> Arg:
        """Read one row of `[args]`. Raises SchemaError."""
        if not isinstance(row, dict) or row.get("type") not in _KEYS:
            raise SchemaError(f"{name} needs a type, one of {', '.join(_KEYS)}")
        kind: str = row["type"]
        if wrong := sorted(set(row) - _COMMON - _KEYS[kind]):
            raise SchemaError(f"{name} has {', '.join(wrong)}, which a {kind} does not take")
        if lacking := sorted(_NEEDS.get(kind, set()) - set(row)):
            raise SchemaError(f"{name} lacks {', '.join(lacking)}, which a {kind} needs")
        if needs_doc and not row.get("doc"):
            raise SchemaError(f"{name} needs a doc sentence")
        nullable = row.get("nullable", False) is True
        arg = cls(
            name=name,
            type=kind,
            doc=row.get("doc", ""),
            required="default" not in row and not nullable,
            nullable=nullable,
            min=row.get("min"),
            max=row.get("max"),
            choices=_choices(name, row["of"]) if kind == "enum" else (),
            item=cls.read(f"{name}[]", row["of"], needs_doc=False) if kind == "list" else None,
            fields=read_schema(row["fields"]) if kind == "object" else {},
        )
        return arg if "default" not in row else arg._with_default(row["default"])

    def _with_default(self, value: Any) -> Arg:
        try:
            checked = self.check(value)
        except BadRequest as error:
            raise SchemaError(f"the default of {error}") from error
        return Arg(**{name: getattr(self, name) for name in self.__slots__} | {"default": checked})

    def check(self, value: Any, path: str = "") -> Any:
        """The value in its own type. Raises BadRequest with the path and what would be right."""
        path = path or self.name
        if value is None or (value == "" and self.nullable):
            if self.nullable:
                return None
            raise _wrong(path, "must not be empty")
        return _CHECKS[self.type](self, value, path)

    def _number(self, value: Any, path: str) -> int | float:
        whole = self.type == "int"
        try:
            number = (int if whole else float)(value) if isinstance(value, str) else value
        except ValueError:
            number = None
        if isinstance(number, bool) or not isinstance(number, int if whole else int | float):
            raise _wrong(path, "must be a whole number" if whole else "must be a number")
        if isinstance(number, float) and not math.isfinite(number):
            raise _wrong(path, "must be finite")
        if self.min is not None and number < self.min:
            raise _wrong(path, f"must be at least {self.min}")
        if self.max is not None and number > self.max:
            raise _wrong(path, f"must be at most {self.max}")
        return number

    def _bool(self, value: Any, path: str) -> bool:
        found = _BOOLS.get(value.lower()) if isinstance(value, str) else value
        if not isinstance(found, bool):
            raise _wrong(path, "must be true or false")
        return found

    def _text(self, value: Any, path: str) -> str:
        if not isinstance(value, str):
            raise _wrong(path, "must be a text")
        if self.max is not None and len(value) > self.max:
            raise _wrong(path, f"must have at most {self.max} characters")
        return value

    def _enum(self, value: Any, path: str) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise _wrong(path, f"must be one of {', '.join(self.choices)}")
        return str(value)

    def _datetime(self, value: Any, path: str) -> datetime:
        try:
            at = datetime.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            at = None
        if not isinstance(at, datetime) or at.tzinfo is None:
            raise _wrong(path, "must be a time with its zone, as 2026-11-23T14:05:00Z")
        return at

    def _list(self, value: Any, path: str) -> list[Any]:
        items = _from_json(value, path) if isinstance(value, str) else value
        if not isinstance(items, list | tuple):
            raise _wrong(path, "must be a list")
        if self.max is not None and len(items) > self.max:
            raise _wrong(path, f"must have at most {self.max} items")
        item = self.item
        assert item is not None  # noqa: S101  # read() refuses a list without `of`
        return [item.check(each, f"{path}[{index}]") for index, each in enumerate(items)]

    def _object(self, value: Any, path: str) -> dict[str, Any]:
        found = _from_json(value, path) if isinstance(value, str) else value
        if not isinstance(found, Mapping):
            raise _wrong(path, "must be an object")
        return check_all(self.fields, found, path)


_CHECKS: dict[str, Any] = {
    "int": Arg._number,
    "number": Arg._number,
    "bool": Arg._bool,
    "text": Arg._text,
    "enum": Arg._enum,
    "datetime": Arg._datetime,
    "list": Arg._list,
    "object": Arg._object,
}


def read_schema(table: Any) -> dict[str, Arg]:
    """Read a table of rows. Raises SchemaError at the first wrong one."""
    if not isinstance(table, dict) or not table:
        raise SchemaError("args must be a table with at least one row")
    return {name: Arg.read(name, row) for name, row in table.items()}


def check_all(schema: Mapping[str, Arg], values: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """All values in their own types, defaults filled in; exactly the declared names. Raises BadRequest."""
    prefix = f"{path}." if path else ""
    if unknown := sorted(str(name) for name in values if name not in schema):
        raise _wrong(f"{prefix}{unknown[0]}", f"is not declared; there are {', '.join(schema)}")
    checked = {}
    for name, arg in schema.items():
        if name in values:
            checked[name] = arg.check(values[name], f"{prefix}{name}")
        elif arg.required:
            raise _wrong(f"{prefix}{name}", "is missing")
        else:
            checked[name] = arg.default
    return checked


def _choices(name: str, of: Any) -> tuple[str, ...]:
    if not isinstance(of, list) or not of or not all(isinstance(choice, str) for choice in of):
        raise SchemaError(f"{name}: of must be a list of texts")
    return tuple(of)


def _from_json(text: str, path: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # nested deeper than Python goes
        raise _wrong(path, "must be JSON") from None


def _wrong(path: str, what: str) -> BadRequest:
    return BadRequest(f"{path} {what}.", reason="args-invalid")
