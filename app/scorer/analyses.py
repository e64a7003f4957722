"""From a request for an analysis to its answer, without HTTP: at once, or as a job when it takes longer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as NotYet
from datetime import UTC, datetime
from typing import Any

from app.scorer.contract.clauses import Page
from app.scorer.contract.loader import Playbooks
from app.scorer.contract.playbook import Playbook
from app.scorer.contract.review import Fact, Finding, Review, review
from app.scorer.jobs import Full, Jobs, Progress
from app.scorer.protocol_analyse import ANALYSE_REQUEST
from app.scorer.refused import Refused, wrong_shape
from app.scorer.shapes import ShapeRefused

Json = dict[str, Any]
LONG_TEXT = 1_000_000  # characters: from here on an analysis is a job at once
LONGEST_WAIT_S = 10.0  # for those who name no deadline
MARGIN_S = 0.05  # of a deadline, left for the way back


class Analyses:
    """Answers by the playbooks. Without `in_jobs` every analysis is waited for, however long it takes."""

    def __init__(
        self, books: Playbooks, clock: Callable[[], datetime], jobs: Jobs | None = None, *, in_jobs: bool = True
    ) -> None:
        self._books, self._clock = books, clock
        self._jobs, self._in_jobs = jobs or Jobs(), in_jobs

    def analyse(self, body: Any) -> tuple[int, Json]:
        """The status and the answer: 200 with an analysis, or 202 with a job's id. Raises Refused."""
        book, text, pages = self._read(body)
        try:
            job = self._jobs.start(lambda progress: self._answer(text, pages, book, progress))
        except Full:
            detail = "Too many documents are being analysed. Try again after some seconds."
            raise Refused(503, "busy", "The core is busy.", detail) from None
        try:
            answer = job.future.result(self._wait_s(text, body.get("deadline_ms")))
        except NotYet:
            return 202, {"job": job.id}
        self._jobs.drop(job)
        return 200, answer

    def job(self, job_id: str) -> Json:
        """How a job stands. Raises Refused."""
        job = self._jobs.get(job_id)
        if job is None:
            detail = "It was never begun here, or its result was kept long enough. Send the document again."
            raise Refused(404, "unknown-job", "There is no such job.", detail)
        progress = {"progress": {"done": job.done, "total": job.total, "unit": "clauses"}}
        if not job.future.done():
            return {"state": "running"} | progress
        if job.future.exception():
            error = {"code": "error", "detail": "Something went wrong on our side. The core's log says what."}
            return {"state": "failed", "error": error} | progress
        return {"state": "done", "result": job.future.result()} | progress

    def capabilities(self) -> list[Json]:
        """What can be asked, as `GET /v1/capabilities` says it: each with the playbooks to choose from."""
        return [_capability(name, list(books.values())) for name, books in self._books.items()]

    def _read(self, body: Any) -> tuple[Playbook, str, list[Page]]:
        try:
            ANALYSE_REQUEST.check(body, "")
            document = body["document"]
            pages = _pages(document["pages"], len(document["text"]))
        except ShapeRefused as refused:
            raise wrong_shape(refused) from None
        if not document["text"].strip():
            detail = "document.text is empty. A scanned document needs its text recognised first."
            raise Refused(422, "no-text", "There is nothing to analyse.", detail, path="document.text")
        return self._book(body["capability"], body.get("playbook", "")), document["text"], pages

    def _book(self, capability: str, name: str) -> Playbook:
        books = self._books.get(capability)
        if books is None:
            known = f"Ask for one of: {', '.join(sorted(self._books))}."
            raise Refused(404, "unknown-capability", "There is no such capability.", known, path="capability")
        if name and name not in books:
            known = f"Name one of: {', '.join(sorted(books))}."
            raise Refused(404, "unknown-playbook", "There is no such playbook.", known, path="playbook")
        return books[name] if name else next(iter(books.values()))

    def _wait_s(self, text: str, deadline_ms: float | None) -> float | None:
        if not self._in_jobs:
            return None
        if len(text) > LONG_TEXT:
            return 0.0
        if deadline_ms is None:
            return LONGEST_WAIT_S
        return min(max(deadline_ms / 1000 - MARGIN_S, 0.0), LONGEST_WAIT_S)

    def _answer(self, text: str, pages: list[Page], book: Playbook, progress: Progress) -> Json:
        found = review(text, pages, book, progress)
        return _analysis(found, book) | {
            "computed_at": self._clock().astimezone(UTC).isoformat(timespec="milliseconds")
        }


def _pages(given: list[Json], length: int) -> list[Page]:
    """In their order, apart from each other, within the text. Raises ShapeRefused."""
    pages: list[Page] = []
    for index, page in enumerate(given):
        where = f"document.pages[{index}]"
        if pages and page["number"] <= pages[-1].number:
            raise ShapeRefused(f"{where}.number", "must be above the one before")
        if page["start"] < (pages[-1].end if pages else 0):
            raise ShapeRefused(f"{where}.start", "must not be before the end of the page before")
        if not page["start"] <= page["end"] <= length:
            raise ShapeRefused(f"{where}.end", "must be between the page's start and the length of the text")
        pages.append(Page(int(page["number"]), int(page["start"]), int(page["end"])))
    return pages


def _analysis(found: Review, book: Playbook) -> Json:
    return {
        "summary": found.summary,
        "risk": found.risk,
        "findings": [_finding(each) for each in found.findings],
        "facts": [_fact(each) for each in found.facts],
        "model": _model(book),
    }


def _finding(finding: Finding) -> Json:
    place = finding.place
    told: Mapping[str, Any] = {
        "id": finding.id,
        "category": finding.category,
        "severity": finding.severity,
        "title": finding.title,
        "explanation": finding.explanation,
        "suggestion": finding.suggestion or None,
        "confidence": finding.confidence,
        "quote": place and place.quote,
        "page": place and place.page,
        "start": place and place.start,
        "end": place and place.end,
    }
    return {key: value for key, value in told.items() if value is not None}


def _fact(fact: Fact) -> Json:
    told = {"category": fact.category, "label": fact.label, "value": fact.value, "quote": fact.place.quote}
    return told | ({"page": fact.place.page} if fact.place.page is not None else {})


def _model(book: Playbook) -> Json:
    return {"name": f"{book.model}/{book.name}", "version": book.version}


def _capability(name: str, books: list[Playbook]) -> Json:
    return {
        "name": name,
        "kind": "analysis",
        "title": books[0].title,
        "model": _model(books[0]),
        "playbooks": [
            {
                "name": book.name,
                "title": book.title,
                "version": book.version,
                "categories": [category.name for category in book.categories],
            }
            for book in books
        ],
    }
