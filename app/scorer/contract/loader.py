"""Reads playbooks from TOML, strictly: every problem is named at once, with its line and its mend."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import re2

from app.scorer.contract.playbook import (
    PLACES,
    READERS,
    SEVERITIES,
    Category,
    Missing,
    Playbook,
    Risk,
    Rule,
)
from app.scorer.contract.sieve import Sieve, compile_pattern
from app.scorer.problems import FileRefused, Problems, Table

SHIPPED = Path(__file__).parent.parent / "playbooks"
CAPABILITY = re.compile(r"[a-z][a-z0-9_]{0,63}")
NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")
TERM = re.compile(r"<([a-z_]+)>")
MAX_PATTERN = 4000  # characters, its terms put in
MAX_TEXT = 1000

Playbooks = dict[str, dict[str, Playbook]]  # by capability and name; the first is meant when none is named


def load_playbooks(own: Sequence[Path] = ()) -> Playbooks:
    """The shipped playbooks and one's own; an own one takes the place of a shipped one of its name."""
    books: Playbooks = {}
    problems: list[str] = []
    for path in (*sorted(SHIPPED.glob("*.toml")), *own):
        try:
            book = load(path)
        except FileRefused as refused:
            problems.extend(refused.problems)
            continue
        books.setdefault(book.capability, {})[book.name] = book
    if problems:
        raise FileRefused(problems)
    return books


def load(path: Path) -> Playbook:
    """The playbook of a file. Raises FileRefused with all its problems."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileRefused([f"{path.name}: cannot be read as UTF-8 text ({type(error).__name__})."]) from None
    return parse(text, path.name)


def parse(text: str, where: str) -> Playbook:
    """The playbook of a text; `where` is what its problems call it. Raises FileRefused with all of them."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also of numbers without end, and of nests
        raise FileRefused([f"{where}: not valid TOML: {error}."]) from None
    problems = Problems(where, text)
    top = Table(data, (), problems)
    terms = _terms(top)
    compiled: dict[str, Any] = {}
    model = top.table("model")
    version = model.text("version")
    tables = top.table("categories")
    book = Playbook(
        capability=_name(top, "capability", CAPABILITY, "contract_review"),
        name=_name(top, "name", NAME, "standard"),
        title=_text(top, "title"),
        model=model.text("name"),
        # what is remembered of a document must not outlive a change of its playbook, whether or not its author counts
        version=f"{version}+{hashlib.sha256(text.encode()).hexdigest()[:8]}",
        risk=_risk(top),
        categories=tuple(_category(name, tables.table(name), terms, compiled) for name in tables.names()),
        patterns=Sieve(compiled),
    )
    model.close()
    top.close()
    if not book.categories:
        top.problem("categories", "no category is described. Add at least one [categories.<name>] table.")
    problems.check()
    return book


def _name(top: Table, key: str, pattern: re.Pattern[str], example: str) -> str:
    name = top.text(key)
    if name and not pattern.fullmatch(name):
        top.problem(key, f"{name!r} is not a name. Use small letters and digits, such as {example}.")
    return name


def _text(table: Table, key: str, default: str | None = None) -> str:
    text = table.text(key, default)
    if len(text) > MAX_TEXT:
        table.problem(key, f"is longer than {MAX_TEXT} characters. Say it shorter.")
    return text


def _choice(table: Table, key: str, choices: Iterable[str], default: str | None = None) -> str:
    word = table.text(key, default)
    if word and word not in choices:
        table.problem(key, f"{word!r} is not known. Use one of: {', '.join(choices)}.")
        return next(iter(choices))
    return word


def _terms(top: Table) -> dict[str, str]:
    """Named parts of patterns; one may use those above it."""
    table = top.table("terms", required=False)
    terms: dict[str, str] = {}
    for name in table.names():
        terms[name] = _expanded(table, name, table.text(name), terms)
    return terms


def _expanded(table: Table, key: str, pattern: str, terms: dict[str, str]) -> str:
    for name in TERM.findall(pattern):
        if name not in terms:
            table.problem(key, f"<{name}> is no term. Known here: {', '.join(terms) or 'none'}.")
    return TERM.sub(lambda match: f"(?:{terms.get(match[1], '')})", pattern)


def _risk(top: Table) -> Risk:
    table = top.table("risk")
    points_table = table.table("points")
    points = {severity: points_table.number(severity) for severity in SEVERITIES}
    points_table.close()
    risk = Risk(points, high=table.number("high"), medium=table.number("medium"))
    table.close()
    if min(points.values()) < 0:
        table.problem("points", "must not be below 0.")
    if not risk.high > risk.medium > 0:
        table.problem("high", "must be above medium, and medium above 0: from so many points on.")
    return risk


def _category(name: str, table: Table, terms: dict[str, str], compiled: dict[str, Any]) -> Category:
    if not NAME.fullmatch(name) or name.startswith("missing-"):
        table.problem("", f"{name!r} is not a category's name. Use small letters, digits and -, such as governing-law.")
    most = table.number("most", 5)
    if not 1 <= most <= 100:
        table.problem("most", "must be between 1 and 100.")
    category = Category(
        name=name,
        title=_text(table, "title"),
        severity=_choice(table, "severity", SEVERITIES),
        explanation=_text(table, "explanation"),
        suggestion=_text(table, "suggestion", ""),
        standard=_text(table, "standard", ""),
        rules=_rules(table, terms, compiled),
        most=int(most),
        fact=_choice(table, "fact", READERS, ""),
        missing=_missing(table.table("missing")) if table.has("missing") else None,
    )
    table.close()
    return category


def _missing(table: Table) -> Missing:
    missing = Missing(
        severity=_choice(table, "severity", SEVERITIES),
        title=_text(table, "title"),
        explanation=_text(table, "explanation"),
        suggestion=_text(table, "suggestion", ""),
    )
    table.close()
    return missing


def _rules(table: Table, terms: dict[str, str], compiled: dict[str, Any]) -> tuple[Rule, ...]:
    written = table.take("find")
    if not isinstance(written, list) or not written or not all(isinstance(each, str | dict) for each in written):
        table.problem("find", "must be a list of patterns and of tables such as { all = ['a', 'b'], none = ['c'] }.")
        return ()
    rules = []
    for each in written:
        # a problem in a rule is shown at its category's `find`, the deepest place that has a name of its own
        part = table.part("find", {"all": [each]} if isinstance(each, str) else each)
        rules.append(_rule(part, terms, compiled))
        part.close()
    return tuple(rules)


def _rule(table: Table, terms: dict[str, str], compiled: dict[str, Any]) -> Rule:
    confidence = table.number("confidence", 0.9)
    if not 0 < confidence <= 1:
        table.problem("confidence", "must be above 0, and 1 at most.")
    return Rule(
        all=_patterns(table, "all", table.texts("all"), terms, compiled),
        none=_patterns(table, "none", table.texts("none", []) if table.has("none") else [], terms, compiled),
        place=_choice(table, "place", PLACES, "anywhere"),
        severity=_choice(table, "severity", SEVERITIES, ""),
        title=_text(table, "title", ""),
        explanation=_text(table, "explanation", ""),
        suggestion=_text(table, "suggestion", ""),
        confidence=confidence,
    )


def _patterns(
    table: Table, key: str, written: list[str], terms: dict[str, str], compiled: dict[str, Any]
) -> tuple[str, ...]:
    patterns = []
    for each in written:
        pattern = _expanded(table, key, each, terms)
        if len(pattern) > MAX_PATTERN:
            table.problem(key, f"a pattern is longer than {MAX_PATTERN} characters. Make two rules of it.")
            continue
        try:
            compiled.setdefault(pattern, compile_pattern(pattern))
        except re2.error as error:
            reason = str(error).strip("b'\"")
            table.problem(key, f"{each!r} is no RE2 pattern ({reason}). See https://github.com/google/re2/wiki/Syntax.")
            continue
        if compiled[pattern].search(b""):
            table.problem(key, f"{each!r} matches everything. Take a part out of its brackets, or the star away.")
        patterns.append(pattern)
    return tuple(patterns)
