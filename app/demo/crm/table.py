"""Reads any CSV with an id column into a table, and says line by line what it could not use."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

ID_COLUMNS = ("id", "lead_id", "leadid", "record_id", "recordid", "customer_id", "contact_id")
UNKNOWN = frozenset({"", "nan", "null", "none", "n/a", "na"})
_MAX_BYTES = 200_000_000
_MAX_CHOICES = 14
_SAMPLE = 500


class TableRefusedError(Exception):
    """The file cannot be served at all; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a record: its API name, what people call it, and how it is edited."""

    name: str
    label: str
    kind: str = "text"  # text | number | money | date | choice
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by record id. `problems` are sentences with line numbers; `skipped` counts rows left out."""

    title: str
    columns: tuple[Column, ...]
    rows: dict[str, dict[str, str]]
    names: dict[str, str]  # record id -> the id that the file gave
    problems: tuple[str, ...] = ()
    skipped: int = 0
    notes: tuple[str, ...] = ()
    id_label: str = ""


def record_id(external: str, prefix: str = "00Q") -> str:
    """An 18-character id as the real CRM would give, the same each time for the same external id."""
    number = int.from_bytes(hashlib.sha256(external.encode()).digest()[:9])
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    text = prefix
    for _ in range(12):
        number, digit = divmod(number, 62)
        text += digits[digit]
    return with_checksum(text)


def with_checksum(short: str) -> str:
    """An id of 15 characters with the three that say which of them are capitals."""
    checks = (
        sum(1 << place for place, letter in enumerate(short[at : at + 5]) if letter.isupper()) for at in (0, 5, 10)
    )
    return short + "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits] for bits in checks)


def read(path: Path, id_column: str | None = None) -> Table:
    """Read a file. Raises TableRefusedError when nothing of it can be served."""
    text, encoding = _decode(path)
    dialect = _delimiter(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=dialect)
    header = next(_numbered(lines, path), (0, []))[1]
    if len(header) < 2:
        raise TableRefusedError(f"{path.name} has no header line with at least two columns. Add one: id,name,...")
    labels = [cell.strip() for cell in header]
    at = _id_position(labels, id_column, path)
    names = _api_names(labels)
    rows, externals, problems, skipped = _rows(_numbered(lines, path), names, labels, at)
    if not rows:
        first = f" First problem: {problems[0]}" if problems else ""
        raise TableRefusedError(f"{path.name} has no row that can be served.{first}")
    columns = tuple(_column(name, label, rows) for name, label in zip(names, labels, strict=True))
    notes = (f"Read as {encoding}, columns separated by {_WORDS[dialect]}, ids from “{labels[at]}”.",)
    return Table(path.name, columns, rows, externals, tuple(problems), skipped, notes, labels[at])


_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs"}


def _decode(path: Path) -> tuple[str, str]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise TableRefusedError(f"{path.name} is over 200 MB. Cut it into smaller files.")
        raw = path.read_bytes()
    except OSError as error:
        raise TableRefusedError(f"{path} cannot be read: {error.strerror}. Check the path of --leads.") from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif b"\0" in raw[:2000]:
        raise TableRefusedError(f"{path.name} is not a text file. Save it as CSV in UTF-8.")
    else:
        candidates = ["utf-8-sig", "cp1252"]
    for encoding in candidates:
        try:
            return raw.decode(encoding), encoding.removesuffix("-sig").upper()
        except UnicodeDecodeError:
            continue
    raise TableRefusedError(f"The text encoding of {path.name} is not UTF-8, UTF-16 or Windows-1252. Save it as UTF-8.")


def _delimiter(text: str) -> str:
    """The separator that cuts the first lines most evenly; counted outside quotes by the reader itself."""
    head = "\n".join(text.splitlines()[:20])

    def evenness(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(io.StringIO(head), delimiter=delimiter) if row]
        width = widths[0] if widths else 0
        return (sum(1 for each in widths if each == width) if width > 1 else 0, width)

    return max(_WORDS, key=evenness)


class _Rows(Protocol):
    """What `csv.reader` makes, whose type has no public name."""

    @property
    def line_num(self) -> int: ...

    def __next__(self) -> list[str]: ...


def _numbered(reader: _Rows, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line that each begins on; blank lines are left out."""
    while True:
        start = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TableRefusedError(f"{path.name}, line {start}: {error}. Check the quotes on this line.") from error
        if any(cell.strip() for cell in row):
            yield start, row


def _id_position(labels: Sequence[str], wanted: str | None, path: Path) -> int:
    lowered = [label.lower().replace(" ", "_") for label in labels]
    if wanted is not None:
        if wanted in labels:
            return labels.index(wanted)
        raise TableRefusedError(f"{path.name} has no column “{wanted}”. Its columns: {', '.join(labels)}.")
    for name in ID_COLUMNS:
        if name in lowered:
            return lowered.index(name)
    raise TableRefusedError(
        f"{path.name} has no id column (looked for {', '.join(ID_COLUMNS)}). "
        f"Name it with --id-column; the columns are: {', '.join(labels)}."
    )


def _api_names(labels: Sequence[str]) -> list[str]:
    """Names as an API can carry them: plain letters, digits, underscores; unique."""
    names: list[str] = []
    for number, label in enumerate(labels, start=1):
        plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
        name = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_") or f"column_{number}"
        name = name if name[0].isalpha() else f"c_{name}"
        name = f"{name}_id" if name.lower() == "id" else name  # `Id` is the record's own
        while name.lower() in {each.lower() for each in names}:
            name += f"_{number}"
        names.append(name)
    return names


def _rows(
    numbered: Iterator[tuple[int, list[str]]], names: Sequence[str], labels: Sequence[str], at: int
) -> tuple[dict[str, dict[str, str]], dict[str, str], list[str], int]:
    rows: dict[str, dict[str, str]] = {}
    externals: dict[str, str] = {}
    first_lines: dict[str, int] = {}
    problems: list[str] = []
    for line, cells in numbered:
        if len(cells) != len(names):
            problems.append(f"Line {line} has {len(cells)} cells, not {len(names)}; the row was left out.")
            continue
        external = cells[at].strip()
        if not external:
            problems.append(f"Line {line} has no {labels[at]}; the row was left out.")
            continue
        if external in first_lines:
            seen = first_lines[external]
            problems.append(f"Line {line} repeats the id {external} of line {seen}; the first one is kept.")
            continue
        first_lines[external] = line
        row_id = record_id(external)
        externals[row_id] = external
        rows[row_id] = dict(zip(names, (_clean(cell) for cell in cells), strict=True))
    return rows, externals, problems, len(problems)


def _clean(cell: str) -> str:
    text = cell.strip()
    return "" if text.lower() in UNKNOWN else text


def _column(name: str, label: str, rows: dict[str, dict[str, str]]) -> Column:
    values = [row[name] for _, row in zip(range(_SAMPLE), rows.values(), strict=False) if row[name]]
    if values and all(re.fullmatch(r"-?\d+(\.\d+)?", value) for value in values):
        return Column(name, label, "number")
    if values and all(re.fullmatch(r"\d{4}-\d\d-\d\d", value) for value in values):
        return Column(name, label, "date")
    distinct = sorted(set(values))
    if len(distinct) <= _MAX_CHOICES and len(values) > 2 * len(distinct):
        return Column(name, label, "choice", tuple(distinct))
    return Column(name, label)
