"""Reads the sections of a TOML text into frozen values, and collects every problem with its line and mend."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from app.config.kinds import Kind, RefusedValueError
from app.errors import Problem

Section = TypeVar("Section")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")  # section names stand in URLs
_HEADER = re.compile(r"\s*\[\[?([^\[\]]+)\]\]?\s*(#.*)?")
_KEY = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_PART = re.compile(r"[\w-]+|\"[^\"]*\"|'[^']*'")


@dataclass(frozen=True, slots=True)
class Row:
    """One setting: how its value is read, its default as one would write it, and a sentence about it."""

    kind: Kind
    sentence: str
    default: Any  # as in TOML; None: not set; MISSING: must be set
    example: Any


def row(kind: Kind, sentence: str, default: Any = MISSING, *, example: Any = None, shown: bool = True) -> Any:
    """A dataclass field that is a setting. `shown=False` keeps its value out of every repr."""
    meta = {"row": Row(kind, sentence, default, kind.example if example is None else example)}
    if default is MISSING:
        return field(metadata=meta, repr=shown)
    value = default if default is None or default == "" else kind.read(default, Path())
    if isinstance(value, Mapping):  # hashing leaves tables out; comparing does not
        return field(default_factory=lambda: value, metadata=meta, hash=False, repr=shown)
    return field(default=value, metadata=meta, repr=shown)


def rows(section: type) -> Iterator[tuple[str, Row]]:
    """The settings of a section, by name, in their order."""
    return ((each.name, each.metadata["row"]) for each in fields(section) if "row" in each.metadata)


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Where each table and key stands. tomllib does not say; this scan is good enough for a message."""
    found: dict[tuple[str, ...], int] = {}
    header: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if match := _HEADER.fullmatch(line):
            header = tuple(part.strip("\"'") for part in _PART.findall(match[1]))
            for length in range(1, len(header) + 1):
                found.setdefault(header[:length], number)
        elif match := _KEY.match(line):
            found.setdefault((*header, *(part.strip("\"'") for part in _PART.findall(match[1]))), number)
    return found


class Reader:
    """One reading of one text. Ask it for sections; look at `problems` when all are read."""

    def __init__(self, text: str, where: str, folder: Path) -> None:
        self.problems: list[Problem] = []
        self._where, self._folder, self._lines = where, folder, _lines(text)
        self._given: set[tuple[str, ...]] = set()
        self._wrong: set[tuple[str, ...]] = set()
        try:
            self.tree = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # also a number, or a nesting, that no reader takes
            self.tree = {}
            line = re.search(r"at line (\d+)", str(error))
            place = f"{where}:{line[1]}" if line else where
            self.problems.append(Problem(place, f"This is not TOML: {error}.", "Mend the syntax."))

    def given(self, *path: str) -> bool:
        """Whether the text says it, rather than leaving it to its default."""
        return path in self._given

    def sound(self, *path: str) -> bool:
        """Whether the value was read without a problem, so that it is worth comparing with others."""
        return path not in self._wrong

    def problem(self, path: tuple[str, ...], what: str, mend: str) -> None:
        """Note what is wrong, with its line and its mend."""
        self._wrong.add(path)
        known = next((self._lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self._lines), None)
        place = self._where if known is None else f"{self._where}:{known}"
        self.problems.append(Problem(place, f"{'.'.join(path)}: {what}", mend))

    def unknown(self, path: tuple[str, ...], known: list[str], word: str) -> None:
        """Note a name that there is none of, with the nearest that there is."""
        close = get_close_matches(path[-1], known, 1)
        mend = f"Did you mean {close[0]}?" if close else f"Remove it; known are: {', '.join(known)}."
        self.problem(path, f"there is no such {word}.", mend)

    def section(self, cls: type[Section], raw: Any, *path: str, **named: str) -> Section:
        """Read one section. A refused value leaves its default, so that the other checks can go on."""
        if not isinstance(raw, dict):
            self.problem(path, "must be a table.", f"Write [{'.'.join(path)}] and its keys below.")
            raw = {}
        known = dict(rows(cls))
        for key in raw:
            if key not in known:
                self.unknown((*path, key), list(known), "setting")
        values: dict[str, Any] = {}
        for key, each in known.items():
            place = (*path, key)
            if key in raw:
                self._given.add(place)
                self._read(each, raw[key], place, key, values)
            elif each.default is MISSING:
                self.problem(place, f"is not set. {each.sentence}", f"Add {key} = {literal(each.example)}")
            if key not in values and each.default is MISSING:
                values[key] = None  # never leaves: a problem is on record, so no Settings will
            elif key not in values and each.default not in (None, ""):
                values[key] = each.kind.read(each.default, self._folder)  # a path in it starts at the folder
        return cls(**named, **values)

    def _read(self, each: Row, raw: Any, place: tuple[str, ...], key: str, values: dict[str, Any]) -> None:
        try:
            values[key] = each.kind.read(raw, self._folder)
        except RefusedValueError as wrong:
            self._wrong.add(place)
            self.problem((*place, *wrong.inner), wrong.what, wrong.mend)

    def sections(self, cls: type[Section], family: str) -> Mapping[str, Section]:
        """Read the family `[family.<name>]`; each section learns its name."""
        raw = self.tree.get(family, {})
        if not isinstance(raw, dict):
            self.problem((family,), "must hold tables.", f"Write [{family}.<name>].")
            return MappingProxyType({})
        for name in raw:
            if not _NAME.fullmatch(name):
                self.problem((family, name), "is not a name.", "Use small letters, digits, - and _, a letter first.")
        return MappingProxyType({n: self.section(cls, item, family, n, name=n) for n, item in raw.items()})


def literal(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{literal(k)} = {literal(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    # JSON's texts are TOML's, but for halves of letters, which TOML has no escape for, and for one sign that it escapes
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
