"""A playbook: what to look for in a contract, as data, and the search for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.scorer.contract.clauses import Clause
from app.scorer.contract.sieve import Sieve

SEVERITIES = ("high", "medium", "low", "info")
RISKS = ("high", "medium", "low")
PLACES = ("anywhere", "opening", "closing")
EDGE = 5000  # characters: how long the opening and the closing of a contract are
BATCH = 250  # clauses searched at once: progress is told after each
READERS = ("parties", "date", "period", "notice", "law", "amount")


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
    """One thing to look for: the rules that find its clauses, and what each means for whoever would sign."""

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
    """What is looked for in contracts of a kind, and how grave it is; `model` and `version` name it in every answer."""

    capability: str
    name: str
    title: str
    model: str
    version: str
    risk: Risk
    categories: tuple[Category, ...]
    patterns: Sieve

    def search(
        self, found: Sequence[Clause], length: int, done: Callable[[int], None] = lambda _: None
    ) -> dict[str, dict[int, Rule]]:
        """By category: which clauses are found, by which rule (the first that does). `length` is the text's.

        `done` is told the number of clauses that were looked at. It may raise, to end the search.
        """
        places = {
            "anywhere": set(range(len(found))),
            "opening": {n for n, clause in enumerate(found) if clause.start < EDGE},
            "closing": {n for n, clause in enumerate(found) if clause.end > length - EDGE},
        }
        by_category: dict[str, dict[int, Rule]] = {category.name: {} for category in self.categories}
        for first in range(0, len(found), BATCH):
            batch = _Batch(self.patterns, first, found[first : first + BATCH])
            for category in self.categories:
                batch.add(by_category[category.name], category.rules, places)
            done(first + len(batch.lines))
        return by_category


class _Batch:
    """Some clauses, and what is known of them by now."""

    def __init__(self, patterns: Sieve, first: int, found: Sequence[Clause]) -> None:
        self.lines = {n: clause.plain.encode(errors="replace") for n, clause in enumerate(found, first)}
        self._patterns = patterns
        self._candidates: defaultdict[str, set[int]] = defaultdict(set)  # pattern -> clauses
        for n, line in self.lines.items():
            for written in patterns.candidates(line):
                self._candidates[written].add(n)
        self._known: dict[tuple[str, int], bool] = {}

    def add(self, found: dict[int, Rule], rules: Sequence[Rule], places: Mapping[str, set[int]]) -> None:
        """The clauses that a rule finds; the first that does has it."""
        for rule in rules:
            left = set.intersection(places[rule.place], *(self._candidates[pattern] for pattern in rule.all))
            for n in sorted(left - found.keys()):
                if all(self._holds(each, n) for each in rule.all) and not any(
                    self._holds(each, n) for each in rule.none
                ):
                    found[n] = rule

    def _holds(self, pattern: str, n: int) -> bool:
        if n not in self._candidates[pattern]:
            return False
        key = pattern, n
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._patterns.matches(pattern, self.lines[n])
        return known
