"""A playbook: what to look for in a contract, as data, and the search for it.

Patterns are RE2's: matched in linear time whatever they are, so no playbook and no document can hang the core.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import re2

from app.scorer.contract.clauses import Clause

SEVERITIES = ("high", "medium", "low", "info")
RISKS = ("high", "medium", "low")
PLACES = ("anywhere", "opening", "closing")
EDGE = 5000  # characters: how long the opening and the closing of a contract are
BATCH = 250  # clauses searched at once: progress is told after each
READERS = ("parties", "date", "period", "notice", "law", "amount")


def compile_pattern(pattern: str) -> Any:
    """Case does not matter; a match never leaves its clause. Raises re2.error."""
    options = re2.Options()
    options.case_sensitive = False
    options.never_nl = True
    options.log_errors = False
    options.max_mem = 2 << 20  # each keeps what it learned of texts, up to here; then it starts anew
    return re2.compile(f"(?m){pattern}".encode(), options)


@dataclass(frozen=True, slots=True)
class Rule:
    """A clause is found if all patterns of `all` match in it and none of `none` does."""

    all: tuple[str, ...]
    none: tuple[str, ...] = ()
    place: str = "anywhere"
    severity: str = ""  # empty: the category's
    title: str = ""
    explanation: str = ""
    suggestion: str = ""
    confidence: float = 0.9


@dataclass(frozen=True, slots=True)
class Missing:
    """What it means that a category is not in the contract."""

    severity: str
    title: str
    explanation: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Category:
    name: str
    title: str
    severity: str
    explanation: str
    suggestion: str
    standard: str  # the position that we would sign
    rules: tuple[Rule, ...]
    most: int = 5  # how many of its clauses are shown, the surest first
    fact: str = ""  # one of READERS: what is read from its clauses into the facts
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    """Points by severity, counted once a category; the risk is high or medium from so many on."""

    points: Mapping[str, float]
    high: float
    medium: float


@dataclass(frozen=True, slots=True)
class Playbook:
    capability: str
    name: str
    title: str
    model: str
    version: str
    risk: Risk
    categories: tuple[Category, ...]
    patterns: Mapping[str, Any]  # as written -> compiled

    def search(
        self, found: Sequence[Clause], length: int, done: Callable[[int], None] = lambda _: None
    ) -> dict[str, dict[int, Rule]]:
        """By category: which clauses are found, by which rule (the first that does). `length` is the text's.

        `done` is told the number of clauses that were looked at. It may raise, to end the search.
        """
        hits: dict[str, set[int]] = {written: set() for written in self.patterns}
        for first in range(0, len(found), BATCH):
            lines = [clause.plain.encode(errors="replace") for clause in found[first : first + BATCH]]
            ends = list(accumulate(len(line) + 1 for line in lines))
            text = b"\n".join(lines)
            for written, pattern in self.patterns.items():
                hits[written].update(first + line for line in _lines(pattern, text, ends))
            done(first + len(lines))
        places = {
            "anywhere": set(range(len(found))),
            "opening": {n for n, clause in enumerate(found) if clause.start < EDGE},
            "closing": {n for n, clause in enumerate(found) if clause.end > length - EDGE},
        }
        return {category.name: _found(category, hits, places) for category in self.categories}


def _lines(pattern: Any, text: bytes, ends: Sequence[int]) -> Iterable[int]:
    """The numbers of the lines that a pattern matches in."""
    position = 0
    while match := pattern.search(text, position):
        line = bisect_right(ends, match.start())
        if line >= len(ends):
            return
        yield line
        position = ends[line]
        if position >= len(text):
            return


def _found(category: Category, hits: Mapping[str, set[int]], places: Mapping[str, set[int]]) -> dict[int, Rule]:
    by_clause: dict[int, Rule] = {}
    for rule in category.rules:
        left = set.intersection(places[rule.place], *(hits[pattern] for pattern in rule.all))
        for clause in left.difference(*(hits[pattern] for pattern in rule.none)):
            by_clause.setdefault(clause, rule)
    return by_clause
