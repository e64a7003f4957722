"""The parsing process: one file comes in, lines of JSON go out, and that is all that it can do.

Started by `reader` alone. Lines: `{"ready": true}` once the limits hold; `{"read": 3, "of": 19, "weight": 2.7,
"of_weight": 20.1, "characters": 8400}` (pages, what they weigh, and the text in them); and at last either
`{"media_type", "text", "pages": [[start, end]], "estimated"}` or `{"refused": code, "reason"}`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from app.documents import html, pdf, plain, word
from app.documents.confine import confine
from app.documents.limits import Limits
from app.documents.pages import Budget, Count, Found, bind
from app.documents.refusals import DocumentEmpty, DocumentMalformed
from app.documents.sniff import DOCX, HTML, PDF, sniff
from app.errors import DocumentRefused, DocumentTooLarge

Tell = Callable[[dict[str, Any]], None]


def main() -> None:
    """`argv` is the folder that `app` is in, and one JSON object: limits, name, media_type."""
    told = json.loads(sys.argv[2])
    limits = Limits(**told["limits"])
    out = sys.stdout.buffer
    no_memory = _line({"refused": DocumentTooLarge.code, "reason": "memory"})  # made while there still is some
    confine(limits)
    out.write(_line({"ready": True}))
    out.flush()
    try:
        last = answer(sys.stdin.buffer.read(), told["name"], told["media_type"], limits, out)
    except MemoryError:
        last = no_memory
    out.write(last)
    out.flush()


def answer(content: bytes, name: str, media_type: str, limits: Limits, out: BinaryIO) -> bytes:
    """The last line. Whatever a parser raises is the file's fault: what it is goes to the audit."""
    try:
        return _line(read(content, name, media_type, limits, lambda line: _tell(out, line)))
    except DocumentRefused as refusal:
        return _line({"refused": refusal.code, "reason": refusal.reason})
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 parsers of hostile files raise anything
        return _line({"refused": DocumentMalformed.code, "reason": f"parser: {type(error).__name__}"})


def read(content: bytes, name: str, media_type: str, limits: Limits, tell: Tell) -> dict[str, Any]:
    """Parses, here and now. Raises DocumentRefused, or whatever the parsers raise."""
    kind = sniff(content, name, media_type)
    budget = Budget(limits.characters)

    weighs = 0.0

    def count(done: int, total: int, weight: float, of_weight: float) -> None:
        nonlocal weighs
        weighs = of_weight
        told = {"read": done, "of": total, "weight": round(weight, 3), "of_weight": round(of_weight, 3)}
        tell(told | {"characters": budget.taken})

    found = _parse(content, kind, limits, budget, count)
    if len(found.pages) > limits.pages:
        raise DocumentTooLarge(reason="pages")
    text, spans = bind(found.pages)
    if not text.strip():
        raise DocumentEmpty(reason="no-text")
    count(len(spans), len(spans), weighs or len(spans), weighs or len(spans))
    return {"media_type": kind, "text": text, "pages": spans, "estimated": found.estimated}


def _parse(content: bytes, kind: str, limits: Limits, budget: Budget, on_progress: Count) -> Found:
    if kind == PDF:
        return pdf.read(content, limits, budget, on_progress)
    if kind == DOCX:
        return word.read(content, limits, budget, lambda done, total: on_progress(done, total, done, total))
    if kind == HTML:
        return html.read(content, budget)
    found = plain.read(content)
    for page in found.pages:
        budget.take(page)
    return found


def _tell(out: BinaryIO, line: dict[str, Any]) -> None:
    out.write(_line(line))
    out.flush()


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
