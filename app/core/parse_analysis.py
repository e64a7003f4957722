"""The strict reading of an analysis: shapes and sizes, and every quote is looked for in the document itself.

What is kept of a quote is the document's own text at that place, never the core's; so is the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

from app.core.analyses import Analysis, Fact, Finding, Risk, Severity
from app.core.checks import MAX_LABEL, a_list, a_model, a_number, a_text, a_whole, an_instant, an_object, at, refuse

MAX_FINDINGS = 2_000
MAX_FACTS = 500
MAX_QUOTE = 10_000
MAX_SUMMARY = 10_000
MAX_PROSE = 5_000
MAX_SEARCHES = 1_000  # quotes that do not stand where the core says; each costs a pass over the text
MISSING = "missing-"
_CATEGORY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_JOB = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_STATES = ("running", "done", "failed")
_MOST = 10**9


class Passages(Protocol):
    """The document that was asked about."""

    text: str

    def find(self, quote: str, near: int) -> tuple[int, int] | None:
        """Where a quote stands, white space aside; the place nearest to `near`."""

    def page(self, start: int) -> int | None:
        """The page that an offset is on."""


@dataclass(frozen=True, slots=True)
class JobState:
    """How a core's job stands."""

    state: str  # running | done | failed
    done: int = 0
    total: int = 0
    result: Any = None  # done: the analysis, not looked at yet
    error: str = ""  # failed: a code


def parse_analysis(json: Any, passages: Passages, path: str = "") -> Analysis:
    """Raises AnswerRefused: as a whole, for one quote that does not stand in the document too."""
    answer = an_object(json, path)
    places = _Places(passages)
    findings = a_list(
        answer.get("findings"), at(path, "findings"), MAX_FINDINGS, lambda each, where: _finding(each, where, places)
    )
    if len({each.id for each in findings}) < len(findings):
        refuse(at(path, "findings"), "has an id twice")
    return Analysis(
        summary=a_text(answer.get("summary"), at(path, "summary"), MAX_SUMMARY, empty=True, lines=True),
        risk=Risk(_choice(answer.get("risk"), at(path, "risk"), tuple(Risk))),
        findings=findings,
        facts=a_list(answer.get("facts"), at(path, "facts"), MAX_FACTS, lambda each, where: _fact(each, where, places)),
        model=a_model(answer.get("model"), at(path, "model")),
        computed_at=an_instant(answer.get("computed_at"), at(path, "computed_at")),
    )


def parse_started(json: Any) -> str:
    """The id of the job that a core began instead of an answer. Raises AnswerRefused."""
    return _match(an_object(json, "").get("job"), "job", _JOB, "a job's id")


def parse_job(json: Any) -> JobState:
    """How a job stands. Raises AnswerRefused."""
    job = an_object(json, "")
    state = _choice(job.get("state"), "state", _STATES)
    counted = an_object(job.get("progress") or {}, "progress")
    total = a_whole(counted.get("total", 0), "progress.total", 0, _MOST)
    done = min(a_whole(counted.get("done", 0), "progress.done", 0, _MOST), total)
    if state == "done" and "result" not in job:
        refuse("result", "is missing")
    error = an_object(job.get("error") or {}, "error").get("code") if state == "failed" else ""
    code = error if isinstance(error, str) and _CATEGORY.fullmatch(error) else "unknown"
    return JobState(state, done, total, job.get("result"), code if state == "failed" else "")


def _finding(json: Any, path: str, places: _Places) -> Finding:
    finding = an_object(json, path)
    category = _match(finding.get("category"), at(path, "category"), _CATEGORY, "a category")
    quote = finding.get("quote") or ""
    if not quote and not category.startswith(MISSING):
        refuse(at(path, "quote"), "is missing")
    words, page, start, end = places.of(quote, path, finding.get("start"), finding.get("end")) if quote else _NOWHERE
    confidence = finding.get("confidence")
    return Finding(
        id=_match(finding.get("id"), at(path, "id"), _ID, "an id"),
        category=category,
        severity=Severity(_choice(finding.get("severity"), at(path, "severity"), tuple(Severity))),
        title=a_text(finding.get("title"), at(path, "title"), MAX_LABEL),
        quote=words,
        page=page,
        start=start,
        end=end,
        explanation=a_text(finding.get("explanation"), at(path, "explanation"), MAX_PROSE, lines=True),
        suggestion=a_text(finding.get("suggestion") or "", at(path, "suggestion"), MAX_PROSE, empty=True, lines=True),
        confidence=None if confidence is None else a_number(confidence, at(path, "confidence"), 0, 1),
    )


def _fact(json: Any, path: str, places: _Places) -> Fact:
    fact = an_object(json, path)
    quote = fact.get("quote") or ""
    words, page, _, _ = places.of(quote, path) if quote else _NOWHERE
    return Fact(
        category=_match(fact.get("category"), at(path, "category"), _CATEGORY, "a category"),
        label=a_text(fact.get("label"), at(path, "label"), MAX_LABEL),
        value=a_text(fact.get("value"), at(path, "value"), 1_000, lines=True),
        quote=words,
        page=page,
    )


_NOWHERE: tuple[str, int | None, int, int] = ("", None, 0, 0)


class _Places:
    """Finds quotes, so many and no more."""

    def __init__(self, passages: Passages) -> None:
        self._passages, self._searches = passages, 0

    def of(self, quote: Any, path: str, start: Any = None, end: Any = None) -> tuple[str, int | None, int, int]:
        """The document's own words, their page, start and end. Raises AnswerRefused when they are not in it."""
        where, text = at(path, "quote"), self._passages.text
        if not isinstance(quote, str) or not quote.strip():
            refuse(where, "is not text")
        if len(quote) > MAX_QUOTE:
            refuse(where, f"is longer than {MAX_QUOTE} characters")
        span = self._said(quote, path, start, end)
        if span is None:
            self._searches += 1
            if self._searches > MAX_SEARCHES:
                refuse(where, "is one of too many that do not stand where they are said to")
            span = self._passages.find(quote, start if isinstance(start, int) else 0)
        if span is None or span[1] - span[0] > 2 * MAX_QUOTE:
            refuse(where, "does not stand in the document")
        return text[span[0] : span[1]], self._passages.page(span[0]), *span

    def _said(self, quote: str, path: str, start: Any, end: Any) -> tuple[int, int] | None:
        """The place that the core says, if the quote stands there."""
        if start is None or end is None:
            return None
        length = len(self._passages.text)
        first = a_whole(start, at(path, "start"), 0, length)
        last = a_whole(end, at(path, "end"), first, length)
        if last - first > 2 * MAX_QUOTE:
            return None
        return (first, last) if self._passages.text[first:last].split() == quote.split() else None


def _choice(value: Any, path: str, words: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in words:
        refuse(path, f"is none of {', '.join(words)}")
    return value


def _match(value: Any, path: str, pattern: re.Pattern[str], word: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        refuse(path, f"is not {word}")
    return value
