"""The review of one contract: its findings, facts, risk and summary, as plain values."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from app.scorer.contract.clauses import Clause, Page, clauses, page_of, plainly
from app.scorer.contract.facts import READ
from app.scorer.contract.playbook import SEVERITIES, Category, Playbook, Rule

MAX_READ = 20  # clauses of a category that are read for a fact


@dataclass(frozen=True, slots=True)
class Place:
    """`text[start:end] == quote`."""

    quote: str
    page: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Without a place it is a clause that is missing."""

    id: str  # the same for the same category and quote, white space aside
    category: str
    severity: str
    title: str
    explanation: str
    suggestion: str = ""
    confidence: float | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the contract states, as a person would write it down, and where it stands."""

    category: str
    label: str
    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Review:
    """All that there is to say of one contract."""

    findings: tuple[Finding, ...]  # the gravest first, then as they stand in the text
    facts: tuple[Fact, ...]
    risk: str
    summary: str


def review(
    text: str,
    pages: Sequence[Page],
    playbook: Playbook,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Review:
    """Looks for every category of the playbook. `progress` is told how many of the clauses were looked at."""
    cut = clauses(text)
    progress(0, len(cut))
    found = playbook.search(cut, len(text), lambda done: progress(done, len(cut)))
    findings: list[Finding] = []
    facts: list[Fact] = []
    for category in playbook.categories:
        shown = _surest(found[category.name], category.most)
        findings.extend(_finding(category, rule, _place(text, cut[n], pages)) for n, rule in shown)
        facts.extend(_facts(category, ((cut[n], _place(text, cut[n], pages)) for n in sorted(found[category.name]))))
        if not shown and category.missing:
            findings.append(_missing(category))
    findings = list({finding.id: finding for finding in findings}.values())
    findings.sort(key=lambda each: (SEVERITIES.index(each.severity), each.place.start if each.place else -1))
    risk = _risk(playbook, findings)
    return Review(tuple(findings), tuple(facts), risk, summary(findings, facts, risk))


def finding_id(category: str, quote: str) -> str:
    """The same for the same words of a category, in every version of a document: verdicts outlive new ones by it."""
    return hashlib.sha256(f"{category}\0{plainly(quote)}".encode(errors="replace")).hexdigest()[:16]


def _surest(found: Mapping[int, Rule], most: int) -> list[tuple[int, Rule]]:
    """The surest clauses, as they stand in the text; of equally sure ones the first."""
    return sorted(sorted(found.items(), key=lambda each: (-each[1].confidence, each[0]))[:most])


def _place(text: str, clause: Clause, pages: Sequence[Page]) -> Place:
    return Place(text[clause.start : clause.end], page_of(clause.start, pages), clause.start, clause.end)


def _finding(category: Category, rule: Rule, place: Place) -> Finding:
    explanation = rule.explanation or category.explanation
    if category.standard:
        explanation = f"{explanation} Our standard: {category.standard}"
    return Finding(
        id=finding_id(category.name, place.quote),
        category=category.name,
        severity=rule.severity or category.severity,
        title=rule.title or category.title,
        explanation=explanation,
        suggestion=rule.suggestion or category.suggestion,
        confidence=rule.confidence,
        place=place,
    )


def _missing(category: Category) -> Finding:
    missing = category.missing
    assert missing is not None  # noqa: S101 - for the type checker: only such categories come here
    name = f"missing-{category.name}"
    return Finding(finding_id(name, ""), name, missing.severity, missing.title, missing.explanation, missing.suggestion)


def _facts(category: Category, found: Iterator[tuple[Clause, Place]]) -> Iterator[Fact]:
    """From the first clause that says something; parties may stand in clauses of their own."""
    seen: set[str] = set()
    for clause, place in islice(found, MAX_READ) if category.fact else ():
        values = [value for value in READ[category.fact](clause.plain) if value.casefold() not in seen]
        seen.update(value.casefold() for value in values)
        yield from (Fact(category.name, category.title, value, place) for value in values)
        if len(seen) >= (2 if category.fact == "parties" else 1):
            return


def _risk(playbook: Playbook, findings: Sequence[Finding]) -> str:
    gravest: dict[str, float] = {}
    for finding in findings:
        points = playbook.risk.points[finding.severity]
        gravest[finding.category] = max(points, gravest.get(finding.category, 0.0))
    total = sum(gravest.values())
    return "high" if total >= playbook.risk.high else "medium" if total >= playbook.risk.medium else "low"


def summary(findings: Sequence[Finding], facts: Sequence[Fact], risk: str) -> str:
    """A few plain sentences."""
    told = {category: [fact.value for fact in facts if fact.category == category] for category in
            {fact.category for fact in facts}}  # fmt: skip
    sentences = [_who_and_when(told), _how_long(told)]
    grave = list(dict.fromkeys(each.title for each in findings if each.severity == "high"))
    medium = list(dict.fromkeys(each.title for each in findings if each.severity == "medium"))
    if grave or medium:
        sentences.append(f"Look first at: {'; '.join((grave or medium)[:5])}.")
    lacking = sum(1 for each in findings if each.place is None)
    quoted = len(findings) - lacking
    sentences.append(
        f"The risk is {risk}: {_count(quoted, 'clause')} found, {lacking or 'none'} of the usual ones missing."
    )
    return " ".join(sentence for sentence in sentences if sentence)


def _who_and_when(told: Mapping[str, list[str]]) -> str:
    who, dated, ruled = told.get("parties", []), told.get("agreement-date"), told.get("governing-law")
    names = f"{', '.join(who[:-1])} and {who[-1]}" if len(who) > 1 else who[0] if who else ""
    parts = [
        f"A contract{' between ' + names if len(who) > 1 else ' of ' + names if who else ''}",
        f"dated {dated[0]}" if dated else "",
        f"under the law of {ruled[0]}" if ruled else "",
    ]
    return ", ".join(part for part in parts if part) + "." if any((who, dated, ruled)) else ""


def _how_long(told: Mapping[str, list[str]]) -> str:
    term, renewal = told.get("expiration-date"), told.get("renewal-term")
    notice = told.get("notice-period-to-terminate-renewal")
    parts = [
        f"its term is {term[0]}" if term and not term[0].startswith("until") else f"it runs {term[0]}" if term else "",
        f"it can be renewed ({renewal[0]})" if renewal else "",
        f"notice against renewal: {notice[0]}" if notice else "",
    ]
    sentence = ", ".join(part for part in parts if part)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
