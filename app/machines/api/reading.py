"""What comes in, read by a shape; what does not fit is told by its place and by what was expected there."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from app.errors import BadRequest
from app.machines.api.shapes import LINE, BatchId, RecordId, RecordName, RecordType, Word

T = TypeVar("T")
_PATTERN = re.compile(r"matching regex ('.*')(?= - at |$)")
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


def said(error: Exception) -> str:
    """What msgspec found, without its marks; a form by an example, where there is one."""
    found = _PATTERN.sub(lambda match: _LIKE.get(match[1], match[0]), str(error))
    return found.replace("`", "").replace("$.", "")
