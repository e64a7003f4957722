"""Rows of a batch, from JSON lines or CSV, checked by the one shape that also describes them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from app.config import CapabilitySettings
from app.machines.api.reading import said
from app.machines.api.shapes import Row
from app.machines.importing.body import bounded
from app.machines.importing.wrong import BatchRefused, WrongRow

JSON_LINES = ("application/jsonl", "application/x-ndjson", "application/x-jsonlines")
CSV = "text/csv"
LEEWAY_S = 300.0  # by which a warehouse's clock may be ahead
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
INPUT = "input."  # how the head of a CSV column begins that holds one field of the input
COLUMNS = (
    "record", "score", "meaning", "model_name", "model_version", "computed_at", "valid_for_s",
    "confidence", "factors", "inputs",
)  # fmt: skip
_NEEDED = COLUMNS[:7]
_PLACE = re.compile(r" - at (\S+)$")
_MEMBER = re.compile(r"(?:field|contains unknown field) (\w+)")

Read = Row | WrongRow
Parse = Callable[[Iterable[bytes]], Iterator[tuple[int, Read]]]


def from_json_lines(lines: Iterable[bytes]) -> Iterator[tuple[int, Read]]:
    """Each row with its line; empty lines are passed over."""
    decode = msgspec.json.Decoder(Row).decode
    for number, line in enumerate(lines, 1):
        if not line or line.isspace():
            continue
        try:
            yield number, decode(line)
        except msgspec.DecodeError as error:
            yield number, wrong(number, error)
        except RecursionError:
            yield number, WrongRow(number, "", "is nested too deeply")


def from_csv(lines: Iterable[bytes]) -> Iterator[tuple[int, Read]]:
    """The same of a CSV with a head. Raises BatchRefused for a head that names no rows of ours, BatchTooLarge."""
    row = _Length()
    reader = csv.reader(_decoded(lines, row), strict=True)
    try:
        head = next(reader, [])
        names = [each.strip().lstrip("\ufeff") for each in head]
        _check_head(names)
        row.bytes = 0
        for cells in reader:
            row.bytes = 0
            if cells:
                yield reader.line_num, _from_cells(reader.line_num, names, cells)
    except (csv.Error, UnicodeDecodeError) as error:
        what = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else f"is not CSV: {error}"
        raise BatchRefused(f"Line {reader.line_num + 1} {what}.", reason="csv-broken") from error


def check(row: Row, capability: CapabilitySettings, now: float) -> Iterator[tuple[str, str]]:
    """What is wrong with a row beyond its shape, by field."""
    fields = frozenset(capability.fields)
    if row.record.partition("/")[0] not in capability.records:
        yield "record", f"is of a type that {capability.name} is not about; it is about {', '.join(capability.records)}"
    for name in sorted(row.inputs.keys() - fields):
        yield f"inputs.{name[:100]}", f"is no field of {capability.name}"
    for number, factor in enumerate(row.factors):
        for name in factor.fields:
            if name not in fields:
                yield f"factors[{number}].fields", f"names what is no field of {capability.name}"
    if not row.computed_at >= OLDEST:
        yield "computed_at", "is before the year 2000"
    elif row.computed_at.timestamp() > now + LEEWAY_S:
        yield "computed_at", "is in the future"


def wrong(number: int, error: Exception) -> WrongRow:
    """What the shape found: where, and what was expected there."""
    text = said(error)
    if place := _PLACE.search(text):
        return WrongRow(number, place[1], text[: place.start()])
    member = _MEMBER.search(text)
    return WrongRow(number, member[1] if member else "", text)


@dataclass(slots=True)
class _Length:
    """Of the row that is being read: in a CSV it may go on over many lines."""

    bytes: int = 0


def _decoded(lines: Iterable[bytes], row: _Length) -> Iterator[str]:
    for each in lines:
        row.bytes += len(each) + 1
        bounded(row.bytes)
        yield f"{each.decode()}\n".replace("\r\n", "\n")


def _check_head(names: list[str]) -> None:
    unknown = [each for each in names if each not in COLUMNS and not each.startswith(INPUT)]
    missing = [each for each in _NEEDED if each not in names]
    if unknown or missing or len(set(names)) < len(names):
        what = f"unknown: {', '.join(unknown)[:200]}" if unknown else f"missing: {', '.join(missing)}"
        if not unknown and not missing:
            what = "a column stands there twice"
        known = f"{', '.join(COLUMNS)}, {INPUT}<field>"
        raise BatchRefused(f"The head of the CSV does not hold ({what}). Known columns: {known}.", reason="csv-head")


def _from_cells(number: int, names: list[str], cells: list[str]) -> Read:
    if len(cells) != len(names):
        return WrongRow(number, "", f"has {len(cells)} cells where the head has {len(names)}")
    row: dict[str, Any] = {}
    for name, cell in zip(names, cells, strict=True):
        if cell == "" and name not in _NEEDED:  # nothing is said
            continue
        if name in ("factors", "inputs"):
            try:
                row[name] = msgspec.json.decode(cell)  # Python's own takes NaN, and half of a character
            except (msgspec.DecodeError, RecursionError):
                return WrongRow(number, name, "is not JSON")
            if name == "inputs" and not isinstance(row[name], dict):
                return WrongRow(number, name, "is no object")
        elif name.startswith(INPUT):
            row.setdefault("inputs", {})[name.removeprefix(INPUT)] = _typed(cell)
        else:
            row[name] = cell
    row["model"] = {"name": row.pop("model_name"), "version": row.pop("model_version")}
    try:
        return msgspec.convert(row, Row, strict=False)
    except msgspec.ValidationError as error:
        return wrong(number, error)


def _typed(cell: str) -> str | float | int:
    """A number where it is written as one."""
    try:
        number = float(cell)
    except ValueError:
        return cell
    if number != number or number in (float("inf"), float("-inf")):  # noqa: PLR0124 no JSON has it
        return cell
    return int(cell) if cell.lstrip("-").isdigit() else number
