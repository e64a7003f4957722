"""Exporting what a search finds: as CSV or as lines of JSON, row by row, in bounded memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from app.audit.search import as_dict
from app.cells import BOM, cell

FORMS: Mapping[str, str] = {"csv": "text/csv; charset=utf-8; header=present", "jsonl": "application/jsonl"}
COLUMNS = (
    "seq", "at", "event", "family", "connection", "viewer", "session", "record", "component", "decision", "version",
    "reference", "reason", "detail",
)  # fmt: skip
_PART = 200  # rows that leave together


def exported(rows: Iterable[Row[Any]], form: str) -> Iterator[str]:
    """The file's text in parts. Every cell of a CSV is text that no spreadsheet runs (RFC 4180)."""
    if form == "csv":
        yield BOM + _csv([COLUMNS])
    held: list[dict[str, Any]] = []
    for row in rows:
        held.append(_told(row))
        if len(held) == _PART:
            yield _part(held, form)
            held = []
    if held:
        yield _part(held, form)


def _part(rows: Iterable[Mapping[str, Any]], form: str) -> str:
    if form == "jsonl":
        return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    return _csv([cell(_text(row[name])) for name in COLUMNS] for row in rows)


def _told(row: Row[Any]) -> dict[str, Any]:
    said = as_dict(row)
    return {name: said[name] for name in COLUMNS} | {"at": instant(row.at)}


def instant(at: float) -> str:
    """To the microsecond, in UTC: RFC 3339."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _text(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) and value else value or ""


def _csv(rows: Iterable[Iterable[Any]]) -> str:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return file.getvalue()
