"""TOML tables that are read key by key, know what was never read, and say where in the file a problem is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any


class FileRefused(ValueError):
    """A scorecard or a playbook is refused as a whole; carries every problem that was found."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Problems:
    """What is wrong with one file."""

    def __init__(self, where: str, text: str) -> None:
        self._where = where
        self._lines = text.splitlines()
        self._found: list[str] = []

    def add(self, path: tuple[str | int, ...], what: str) -> None:
        """Note one, with file, line and key; the same once."""
        name = ".".join(str(part) for part in path) or "the file"
        place = f"{self._where}:{self._line(path)}: {name}: {what}"
        if place not in self._found:
            self._found.append(place)

    def check(self) -> None:
        """Raises FileRefused with all that were noted."""
        if self._found:
            raise FileRefused(self._found)

    def _line(self, path: tuple[str | int, ...]) -> int:
        """The line of a key: below the header of the deepest table that holds it. A good guess."""
        keys = [str(part) for part in path if not isinstance(part, int)]
        index = next((part for part in path if isinstance(part, int)), None)
        line, keys, end = (
            self._below_header(keys) if index is None else (self._nth_header(keys[0], index), keys[1:], "[[")
        )
        start = line
        for key in keys:
            pattern = re.compile(rf"(^|[\s{{,.])[\"']?{re.escape(key)}[\"']?\s*[=.\]]")
            for number in range(line, len(self._lines)):
                if number > start and self._lines[number].lstrip().startswith(end):
                    return line + 1
                if pattern.search(self._lines[number]):
                    line = number
                    break
        return line + 1

    def _below_header(self, keys: list[str]) -> tuple[int, list[str], str]:
        for depth in range(len(keys), 0, -1):
            headers = self._headers(".".join(keys[:depth]))
            if headers:
                return headers[0], keys[depth:], "["
        return 0, keys, "["

    def _nth_header(self, name: str, index: int) -> int:
        headers = self._headers(name)
        return headers[min(index, len(headers) - 1)] if headers else 0

    def _headers(self, name: str) -> list[int]:
        header = re.compile(rf"\s*\[\[?\s*{re.escape(name)}\s*\]\]?\s*(#.*)?")
        return [number for number, line in enumerate(self._lines) if header.fullmatch(line)]


class Table:
    """One table of the file. A wrong value is noted, and replaced by a harmless one to read on."""

    def __init__(self, data: dict[str, Any], path: tuple[str | int, ...], problems: Problems) -> None:
        self._data = dict(data)
        self._path = path
        self._problems = problems

    def problem(self, key: str, what: str) -> None:
        """Note what is wrong with a key of this table, or with the table itself (an empty key)."""
        self._problems.add((*self._path, key) if key else self._path, what)

    def has(self, key: str) -> bool:
        """Whether the key is there and was not read yet."""
        return key in self._data

    def names(self) -> list[str]:
        """The keys that were not read yet, as they stand in the file."""
        return list(self._data)

    def take(self, key: str) -> Any:
        """A value whose type the caller checks; None when it is not there."""
        return self._data.pop(key, None)

    def rest(self) -> dict[str, Any]:
        """Everything that was not read yet, as it is."""
        left, self._data = self._data, {}
        return left

    def close(self) -> None:
        """What nobody read is a slip of the pen."""
        for key in self.rest():
            self.problem(key, "is not a known key here. Take it out, or look for a misspelling.")

    def text(self, key: str, default: str | None = None) -> str:
        """A text that says something, unless it has a default; empty in its place when it is wrong."""
        value = self._take(key, default)
        if value is None:
            return ""
        if not isinstance(value, str) or (not value.strip() and default is None):
            self.problem(key, "must be a text, in quotes.")
            return ""
        return value

    def texts(self, key: str, default: list[str] | None = None) -> list[str]:
        """At least one text; an empty list in their place when they are wrong."""
        value = self._take(key, default)
        if value is None:
            return []
        if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
            self.problem(key, "must be a list of texts, such as ['a', 'b'].")
            return []
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """A finite number; 1 in its place when it is none, which every rule about numbers accepts."""
        value = self._take(key, default)
        if value is None:
            return 1.0
        try:
            number = math.nan if isinstance(value, bool) or not isinstance(value, int | float) else float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.problem(key, "must be a number, and a finite one.")
            return 1.0
        return number

    def table(self, key: str, *, required: bool = True) -> Table:
        """A table within this one; an empty one in its place when it is wrong."""
        value = self._take(key, None if required else {})
        if value is not None and not isinstance(value, dict):
            self.problem(key, "must be a table.")
            value = None
        return Table(value or {}, (*self._path, key), self._problems)

    def part(self, key: str, data: dict[str, Any]) -> Table:
        """A table inside a list; its problems are told at the list's own key."""
        return Table(data, (*self._path, key), self._problems)

    def tables(self, key: str) -> Iterator[Table]:
        """Each table of a list, `[[key]]`; none is one too."""
        value = self._data.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.problem(key, f"must be a list of tables: [[{key}]].")
            return
        for index, item in enumerate(value):
            yield Table(item, (*self._path, key, index), self._problems)

    def _take(self, key: str, default: Any) -> Any:
        if key in self._data:
            return self._data.pop(key)
        if default is None:
            self.problem(key, "is missing. Add it.")
        return default
