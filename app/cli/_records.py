"""Lists of records in a file: CSV with an id column, or JSON lines."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import BadRequest, ConfigError, Problem
from app.launch import Record

ID_COLUMNS = ("id", "record", "record_id", "recordid", "lead_id", "leadid")
_MAX_BYTES = 500_000_000
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}


@dataclass(frozen=True, slots=True)
class Listed:
    """The records of a file in its order, each once. `malformed` are sentences, one for each line left out."""

    records: tuple[Record, ...]
    repeated: int
    malformed: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        """SHA-256 hex of the records in their order, however the file writes them."""
        return hashlib.sha256("\n".join(map(str, self.records)).encode()).hexdigest()


def read(path: Path, kind: str, id_column: str = "") -> Listed:
    """Read a file; an id without a type is of type `kind`. Raises ConfigError: nothing of it is a list of records."""
    text, note = _decoded(path)
    if not text.strip():
        raise _refused(path, "is empty.", "Give it a header line with an id column, and a line for each record.")
    lines = _json_ids(text) if text.lstrip()[0] in '{"[' and not _is_csv(text) else _csv_ids(text, path, id_column)
    records: dict[Record, None] = {}
    malformed, count = [], 0
    for number, found in lines:
        try:
            record = Record.parse(found if "/" in found else f"{kind}/{found}")
        except BadRequest:
            what = f"{found[:40]!r} is no record id" if found else "there is no id"
            malformed.append(f"line {number}: {what}")
            continue
        count += 1
        records[record] = None
    if not records:
        first = f" First: {malformed[0]}." if malformed else ""
        raise _refused(path, f"holds no record.{first}", "Write one id a line, below a header with the column id.")
    notes = (note,) if note else ()
    return Listed(tuple(records), count - len(records), tuple(malformed), notes)


def _decoded(path: Path) -> tuple[str, str]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _refused(path, "is over 500 MB.", "Cut it into several files.")
        raw = path.read_bytes()
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}.", "Check the path after --from.") from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in raw[:2000]:
        raise _refused(path, "is no text file.", "Export it as CSV in UTF-8, not as a workbook.")
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text, "" if encoding == "utf-8-sig" else f"Read as {encoding}, since it is not UTF-8."
    raise _refused(path, "is neither UTF-8, UTF-16 nor Windows-1252.", "Save it as UTF-8.")


def _is_csv(text: str) -> bool:
    """A CSV may begin with a quote, as a JSON text does."""
    first = text.lstrip().splitlines()[0]
    try:
        json.loads(first)
    except ValueError:
        return first[0] == '"'
    return False


def _json_ids(text: str) -> Iterator[tuple[int, str]]:
    """Of each line: a text, or the id of an object. What is none is an empty id."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            yield number, line.strip()
            continue
        if isinstance(value, dict):
            lowered = {str(name).lower(): each for name, each in value.items()}
            value = next((lowered[name] for name in ID_COLUMNS if name in lowered), "")
        yield number, str(value).strip() if isinstance(value, str | int) else ""


def _csv_ids(text: str, path: Path, id_column: str) -> Iterator[tuple[int, str]]:
    header = text.lstrip().splitlines()[0]
    separator = max(_SEPARATORS, key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    at = -1
    try:
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if at < 0:
                at = _column([cell.strip() for cell in row], id_column, path)
            else:
                yield rows.line_num, row[at].strip() if at < len(row) else ""
    except csv.Error as error:
        mend = "Look at the quotes on that line."
        raise _refused(path, f"cannot be read at line {rows.line_num}: {error}.", mend) from error


def _column(labels: Sequence[str], wanted: str, path: Path) -> int:
    if wanted:
        if wanted in labels:
            return labels.index(wanted)
        raise _refused(path, f"has no column {wanted!r}.", f"Its columns: {', '.join(labels)}.")
    lowered = [label.lower().replace(" ", "_") for label in labels]
    for name in ID_COLUMNS:
        if name in lowered:
            return lowered.index(name)
    found = ", ".join(labels)[:200]
    mend = f"Name it with --id-column; looked for {', '.join(ID_COLUMNS)}, found {found}."
    raise _refused(path, "has no id column.", mend)


def _refused(path: Path, what: str, mend: str) -> ConfigError:
    return ConfigError([Problem(str(path), what, mend)])
