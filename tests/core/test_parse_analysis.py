"""Analyses of a hostile core: nothing but the agreed shape, and no quote that is not the document's own words."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import pytest

from app.core.analyses import Analysis, fingerprint
from app.core.parse_analysis import MAX_FINDINGS, MAX_SEARCHES, parse_analysis, parse_job, parse_started
from app.documents import Quotes
from app.errors import AnswerRefused
from tests.core.analysing import analysis

TEXT = "Between A and B.\nThis Agreement is governed by the laws\nof the State of Delaware. It ends.\f2. Page two."


@dataclass
class Passages:
    text: str = TEXT

    def find(self, quote: str, near: int) -> tuple[int, int] | None:
        return Quotes(self.text).find(quote, near)

    def page(self, start: int) -> int | None:
        return self.text.count("\f", 0, start) + 1


def parse(**changes: Any) -> Analysis:
    return parse_analysis(analysis(TEXT, **changes), Passages())


def finding(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = analysis(TEXT)["findings"][1]
    return {name: value for name, value in (found | changes).items() if value is not ...}


def test_a_sound_answer() -> None:
    found = parse()
    assert [each.category for each in found.findings] == ["missing-cap-on-liability", "governing-law"]
    assert found.facts[0].quote == found.findings[1].quote == "governed by the laws\nof the State of Delaware."
    assert found.computed_at.tzinfo is not None


@pytest.mark.parametrize(
    "said",
    [
        {"quote": "governed by the laws of the State of Delaware.", "start": ..., "end": ...},
        {"quote": "governed   by the\nlaws\tof the State of\nDelaware.", "start": 5, "end": 9},
        {"quote": "governed by the laws of the State of Delaware.", "start": 0, "end": len(TEXT), "page": 99},
    ],
)
def test_what_is_kept_is_the_documents_own_text_at_its_own_place(said: dict[str, Any]) -> None:
    [found] = parse(findings=[finding(**said)]).findings
    assert found.quote == TEXT[found.start : found.end] == "governed by the laws\nof the State of Delaware."
    assert found.page == 1


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"findings": [finding(quote="the laws of Ohio", start=..., end=...)]}, "findings[0].quote"),
        ({"findings": [finding(quote="the laws of Ohio")]}, "findings[0].quote"),
        ({"findings": [finding(quote=...)]}, "findings[0].quote"),
        ({"findings": [finding(quote=["a"])]}, "findings[0].quote"),
        ({"findings": [finding(quote=" \n ", start=16, end=17)]}, "findings[0].quote"),
        ({"findings": [finding(quote="x" * 10_001)]}, "findings[0].quote"),
        ({"findings": [finding(start=-1)]}, "findings[0].start"),
        ({"findings": [finding(start=1.5)]}, "findings[0].start"),
        ({"findings": [finding(end=10**12)]}, "findings[0].end"),
        ({"findings": [finding(start=True)]}, "findings[0].start"),
        ({"findings": [finding(confidence=1.1)]}, "findings[0].confidence"),
        ({"findings": [finding(severity="fatal")]}, "findings[0].severity"),
        ({"findings": [finding(severity=["high"])]}, "findings[0].severity"),
        ({"findings": [finding(category="Governing Law<br>")]}, "findings[0].category"),
        ({"findings": [finding(id="../../x")]}, "findings[0].id"),
        ({"findings": [finding(title="x" * 201)]}, "findings[0].title"),
        ({"findings": [finding(title="turned \u202e around")]}, "findings[0].title"),
        ({"findings": [finding(explanation="\x00")]}, "findings[0].explanation"),
        ({"findings": [finding(), finding()]}, "findings"),
        ({"findings": [{}] * (MAX_FINDINGS + 1)}, "findings"),
        ({"findings": "none"}, "findings"),
        ({"facts": [{"category": "x", "label": "y", "value": "z", "quote": "not there"}]}, "facts[0].quote"),
        ({"facts": None}, "facts"),
        ({"risk": "none"}, "risk"),
        ({"summary": 7}, "summary"),
        ({"summary": "x" * 10_001}, "summary"),
        ({"model": {"name": "m"}}, "model.version"),
        ({"computed_at": "yesterday"}, "computed_at"),
        ({"computed_at": "2026-11-23T12:00:00"}, "computed_at"),
    ],
)
def test_anything_else_is_refused_with_its_place_and_without_its_value(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        parse(**changes)
    assert refused.value.path == path
    assert "Ohio" not in str(refused.value)


@pytest.mark.parametrize("json", [None, [], "x", 7, {}])
def test_what_is_no_analysis_at_all(json: Any) -> None:
    with pytest.raises(AnswerRefused):
        parse_analysis(json, Passages())


def test_markup_is_text() -> None:
    title = "<script>alert(1)</script>"
    assert parse(findings=[finding(title=title)]).findings[0].title == title


def test_explanations_may_have_lines() -> None:
    assert parse(findings=[finding(explanation="One.\n\nTwo.\tThree.")]).findings[0].explanation.count("\n") == 2


def test_searches_are_counted_and_cheap() -> None:
    """A core that points nowhere could have us search a long text for ever."""
    long = Long("a b c " * 100_000)
    many = [finding(id=f"f{n}", quote="a b", start=..., end=...) for n in range(MAX_SEARCHES + 1)]
    began = time.thread_time()
    with pytest.raises(AnswerRefused) as refused:
        parse_analysis(analysis("", findings=[*many[:3], finding(id="x", quote="zz", start=..., end=...)]), long)
    assert refused.value.path == "findings[3].quote"
    assert time.thread_time() - began < 2
    with pytest.raises(AnswerRefused, match="too many"):
        parse_analysis(analysis(TEXT, findings=[each | {"quote": "It ends."} for each in many]), Passages())


class Long(Passages):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.quotes = Quotes(text)

    def find(self, quote: str, near: int) -> tuple[int, int] | None:
        return self.quotes.find(quote, near)


def test_a_fingerprint_is_of_the_words_and_what_is_said_of_them() -> None:
    one = parse(findings=[finding()]).findings[0]
    other = parse_analysis(analysis(TEXT.replace("\n", " ")), Passages(TEXT.replace("\n", " "))).findings[1]
    assert (one.quote == other.quote, fingerprint(one) == fingerprint(other)) == (False, True)
    assert fingerprint(parse(findings=[finding(category="venue")]).findings[0]) != fingerprint(one)


def test_jobs() -> None:
    assert parse_started({"job": "a-1_B"}) == "a-1_B"
    state = parse_job({"state": "running", "progress": {"done": 9, "total": 7, "unit": "clauses"}})
    assert (state.state, state.done, state.total) == ("running", 7, 7)
    assert parse_job({"state": "running"}).total == 0
    assert parse_job({"state": "failed", "error": {"code": "no-text"}}).error == "no-text"
    assert parse_job({"state": "failed", "error": {"code": "Secret words of a contract"}}).error == "unknown"


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "flying"},
        {"state": "running", "progress": {"done": -1, "total": 3}},
        {"state": "running", "progress": {"done": 1, "total": 1e300}},
        {"state": "done"},
        {"state": "running", "progress": [1]},
        json.loads('{"state": "running", "progress": {"done": "1"}}'),
    ],
)
def test_jobs_that_are_none(wrong: Any) -> None:
    with pytest.raises(AnswerRefused):
        parse_job(wrong)


@pytest.mark.parametrize("wrong", [{}, {"job": "../admin"}, {"job": 7}, {"job": "x" * 200}, []])
def test_a_jobs_id_cannot_lead_elsewhere(wrong: Any) -> None:
    with pytest.raises(AnswerRefused):
        parse_started(wrong)
