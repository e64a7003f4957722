"""What comes in, read by a shape; what does not fit is told by its place and by what was expected there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from app.errors import BadRequest, InlayError
from app.machines.api.shapes import LINE, REFUSED, BatchId, RecordId, RecordName, RecordType, Refused, Word

T = TypeVar("T")
# of a member: the shape that it has, where it has one; how it is refused; how one of its items is
Declared = tuple[type[Struct] | None, Refused | None, Refused | None]
_PATTERN = re.compile(r"matching regex ('.*')(?= - at |$)")
_AT, _MISSING = re.compile(r" - at `\$\.([\w.\[\]]+)`"), re.compile(r"missing required field `(\w+)`")
_MARK = b"\xef\xbb\xbf"  # some senders begin a text with it
_LIKE = {repr(LINE): "of one line, without control characters"} | {
    repr(meta.pattern): f"such as {meta.examples[0]}"
    for form in (Word, RecordType, RecordId, RecordName, BatchId)
    for meta in form.__metadata__  # type: ignore[attr-defined]
}


def read(value: Any, shape: type[T], what: str) -> T:
    """Texts of an address, or the members of a form, by a shape. Raises BadRequest."""
    try:
        return msgspec.convert(value, shape, strict=False)
    except msgspec.ValidationError as error:
        raise BadRequest(f"{what}: {said(error)}.", reason="shape") from error


def read_json(body: bytes, shape: type[T]) -> T:
    """A JSON body by a shape. Raises BadRequest."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.DecodeError as error:  # a ValidationError too
        raise BadRequest(f"The body: {said(error)}.", reason="shape") from error


def read_form(members: Mapping[str, Any], shape: type[T]) -> T:
    """The members of a form, or of an object, by a shape. What does not fit is refused in the words that its member
    declares (`refused`); the first declared is looked at first. Raises BadRequest, or what is declared."""
    told = {name: members[name] for name in shape.__struct_fields__ if name in members}  # type: ignore[attr-defined]
    try:
        return msgspec.convert(told, shape)
    except msgspec.ValidationError as error:
        raise _refusal(shape, error) from error
    except UnicodeEncodeError as error:
        raise BadRequest("A text holds half a character. Send UTF-8.", reason="shape") from error


def read_object(body: bytes, what: str, reason: str) -> dict[str, Any]:
    """Any JSON object. Raises BadRequest in these words."""
    try:
        return msgspec.json.decode(body.removeprefix(_MARK), type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRequest(what, reason=reason) from error


def _refusal(shape: Any, error: msgspec.ValidationError) -> InlayError:
    """By the innermost member on the way to what does not fit that says something of it."""
    text = str(error)
    place, missing = _AT.search(text), _MISSING.search(text)
    known: Refused | None = None
    for step in [*(place[1].split(".") if place else ()), *(missing.groups() if missing else ())]:
        name, item, _ = step.partition("[")
        shape, own, of_items = _members(shape).get(name, (None, None, None))
        known = (of_items if item else None) or own or known
        if shape is None:
            break
    return known.error(known.says, reason=known.reason) if known else BadRequest(f"{said(error)}.", reason="shape")


@cache
def _members(shape: type[Any]) -> dict[str, Declared]:
    hints = get_type_hints(shape, include_extras=True)
    return {name: _declared(hints[name]) for name in shape.__struct_fields__}


def _declared(form: Any) -> Declared:
    metas = [meta for meta in getattr(form, "__metadata__", ()) if isinstance(meta, Meta)]
    own = next((meta.extra[REFUSED] for meta in metas if meta.extra and REFUSED in meta.extra), None)
    shape, of_items = (form if isinstance(form, type) and issubclass(form, Struct) else None), None
    for part in get_args(form):
        inner, its, of_its = _declared(part)
        shape = shape or inner
        if get_origin(form) is list:
            of_items = of_items or its
        else:
            own, of_items = own or its, of_items or of_its
    return shape, own, of_items


def said(error: Exception) -> str:
    """What msgspec found, without its marks; a form by an example, where there is one."""
    found = _PATTERN.sub(lambda match: _LIKE.get(match[1], match[0]), str(error))
    return found.replace("`", "").replace("$.", "")
