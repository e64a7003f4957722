"""The CRM's records in memory; edits are appended to a file, so that they survive a restart."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from app.demo.crm.ai import AI_COLUMNS
from app.demo.crm.people import Person
from app.demo.crm.table import Column, Table

TYPE = "Lead"
PER_PAGE = 50
STANDARD = "Description"  # every such CRM has this field; empty unless the file brings it
MODIFIED = "LastModifiedDate"
STANDARDS = (STANDARD, MODIFIED)
_LOADED_S = 3600.0  # so long before its start, what the CRM begins with was last changed
_KEPT = 40  # changes of one record
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_DATE = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_TITLES = frozenset({"name", "full_name", "company"})
Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Lead:
    """One record as it stands now."""

    id: str
    external: str
    title: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one field, as the field history shows it."""

    at: float
    by: str
    name: str
    was: str
    now: str


class ChangedMeanwhile(Exception):
    """The record was changed after the time that a save named."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the leads that a person may see, of so many."""

    leads: tuple[Lead, ...]
    number: int
    pages: int
    total: int


class Leads:
    """All records of one table. Reading takes a consistent value; writing goes one at a time."""

    def __init__(self, table: Table, journal: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self.table, self._clock = table, clock
        self.columns = {column.name: column for column in (*AI_COLUMNS, *table.columns)}
        added = {column.name: "" for column in AI_COLUMNS}
        self._rows = {key: added | row for key, row in table.rows.items()}
        loaded = clock() - _LOADED_S
        self._modified: dict[str, float] = defaultdict(lambda: loaded)
        self._history: dict[str, deque[Edit]] = defaultdict(lambda: deque(maxlen=_KEPT))
        self._by_external = {external: key for key, external in table.names.items()}
        self.title_column = next((name for name in self.columns if name.lower() in _TITLES), "")
        self._journal = journal
        self._lock = threading.Lock()
        if journal is not None and journal.exists():
            self._replay(journal)

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: str) -> Lead | None:
        """By record id (15 or 18 characters) or by the id that the file gave."""
        if len(key) == 15:
            key = next((each for each in self._rows if each[:15] == key), key)
        key = key if key in self._rows else self._by_external.get(key, "")
        row = self._rows.get(key)
        if row is None:
            return None
        external = self.table.names[key]
        return Lead(key, external, (row.get(self.title_column) or external), row)

    def page(self, person: Person, search: str = "", number: int = 1) -> Page:
        """One page of what this person may see; the search looks into the fields that they may see."""
        words = search.casefold().split()
        found = [key for key in self._rows if person.may_see_record(key) and self._holds(key, words, person)]
        pages = max(1, -(-len(found) // PER_PAGE))
        number = min(max(1, number), pages)
        chosen = found[(number - 1) * PER_PAGE : number * PER_PAGE]
        return Page(tuple(lead for key in chosen if (lead := self.get(key))), number, pages, len(found))

    def some(self, person: Person, most: int) -> tuple[Lead, ...]:
        """The first that this person may see, at most so many."""
        chosen = islice((key for key in self._rows if person.may_see_record(key)), most)
        return tuple(lead for key in chosen if (lead := self.get(key)))

    def value(self, lead: Lead, name: str) -> Value:
        """A field as the API gives it: numbers as numbers, unknown as null."""
        if name == "Id":
            return lead.id
        if name == MODIFIED:
            at = datetime.fromtimestamp(self._modified[lead.id], UTC)
            return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}+0000"
        text = lead.values.get(name)
        if not text:
            return None
        if self.columns[name].kind in {"number", "money"} and _NUMBER.fullmatch(text):
            return float(text) if "." in text else int(text)
        return text  # a file's number column may hold words further down

    def check(self, changes: Mapping[str, object]) -> tuple[dict[str, str], dict[str, str]]:
        """Values as they would be stored, and a sentence for each that cannot be."""
        good: dict[str, str] = {}
        bad: dict[str, str] = {}
        for name, value in changes.items():
            text = "" if value is None else str(value).strip()
            problem = _problem(self.columns.get(name), text)
            if problem:
                bad[name] = problem
            else:
                good[name] = text
        return good, bad

    def update(
        self, lead: Lead, values: Mapping[str, str], *, by: str = "", since: float | None = None
    ) -> Sequence[str]:
        """Store the values; returns the names of those that are different now.

        With `since`, only if the record was not changed after that second. Raises ChangedMeanwhile.
        """
        with self._lock:
            now, at = self._rows[lead.id], self._clock()
            if since is not None and int(self._modified[lead.id]) > since:
                raise ChangedMeanwhile
            changed = {name: text for name, text in values.items() if now[name] != text}
            if changed:
                self._write({"id": lead.id, "values": changed, "by": by, "at": at})
                self._note(lead.id, now, changed, by, at)
                self._rows[lead.id] = now | changed  # a new row: readers keep the one that they hold
        return tuple(changed)

    def touch(self, lead: Lead, by: str) -> None:
        """Somebody saved the record without changing anything that is kept here."""
        with self._lock:
            self._modified[lead.id] = self._clock()
            self._history[lead.id].append(Edit(self._clock(), by, STANDARD, "", "(saved)"))

    def history(self, lead: Lead) -> tuple[Edit, ...]:
        """The last changes of a record, the newest first."""
        with self._lock:
            return tuple(reversed(self._history[lead.id]))

    def _write(self, entry: Mapping[str, object]) -> None:
        if self._journal is not None:
            with self._journal.open("a", encoding="utf-8") as journal:
                journal.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def _note(self, key: str, row: Mapping[str, str], changed: Mapping[str, str], by: str, at: float) -> None:
        self._modified[key] = at
        self._history[key].extend(Edit(at, by, name, row[name], text) for name, text in changed.items())

    def _holds(self, key: str, words: Sequence[str], person: Person) -> bool:
        if not words:
            return True
        visible = (text for name, text in self._rows[key].items() if person.may_see_field(name))
        text = "\n".join((self.table.names[key], key, *visible)).casefold()
        return all(word in text for word in words)

    def _replay(self, journal: Path) -> None:
        for line in journal.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:  # cut short by a kill; what it said was not acknowledged
                continue
            row = self._rows.get(entry["id"])
            if row is not None:
                known = {name: text for name, text in entry["values"].items() if name in row}
                self._note(entry["id"], row, known, entry.get("by", ""), entry.get("at", self._modified[entry["id"]]))
                row.update(known)


def _problem(column: Column | None, text: str) -> str:
    if column is None:
        return "There is no such field."
    if len(text) > 2000:
        return "At most 2,000 characters."
    if text and column.kind in {"number", "money"} and not _NUMBER.fullmatch(text):
        return "Write a number: digits, and at most one point."
    if text and column.kind == "date" and not _DATE.fullmatch(text):
        return "Write a date as 2026-11-23."
    return ""
