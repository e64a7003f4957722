"""The view of `document-sidebar`: everything that a reading can say, ready to be drawn without arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.analysis.reading import Progress, Reading
from app.answer import Reviewed, ReviewRules, State
from app.core.analyses import Analysis, Fact, Finding, Severity, fingerprint
from app.launch import Record, Viewer
from app.views._read import RANKS, analysis_of, findings_of, problem_of, severity_of, viewer_url
from app.views._said import rules_of, said_of
from app.views._voice import voice_of
from app.views._wrote import wrote_of

ANSWERS = "analysis"
HISTORY = False  # no trend is drawn
MAX_FINDINGS = 1000
MAX_FACTS = 200
_QUOTE, _TEXT, _TITLE, _SHORT = 20_000, 4_000, 400, 200  # as [args] bounds them


def params(
    reading: Reading,
    *,
    record: Record,
    viewer: Viewer,  # noqa: ARG001  # which verdicts are this viewer's is said by the reading
    now: datetime,  # noqa: ARG001  # nothing here ages
    opens: bool,  # noqa: ARG001  # a sidebar opens nothing
    title: str = "",
) -> dict[str, Any]:
    """The args of the component. `title` is what the capability calls itself."""
    analysis = analysis_of(reading)
    findings = list(_findings(reading, analysis))[:MAX_FINDINGS] if analysis else []
    document = reading.document if reading.state is not State.DENIED else None
    return {
        "state": reading.state.value,
        "record": str(record),
        "title": "" if reading.state is State.DENIED else title,
        "name": document.name[:_TITLE] if document else "",
        "pages": reading.pages if analysis else None,
        "web_url": viewer_url(document.web_url) if document else "",
        "decision": reading.decision if analysis else "",
        "risk": analysis.risk.value if analysis else None,
        "summary": analysis.summary[:_TEXT] if analysis else "",
        "computed_at": analysis.computed_at if analysis else None,
        "model": analysis.model.name[:_SHORT] if analysis else "",
        "version": analysis.model.version[:_SHORT] if analysis else "",
        "findings": findings,
        "counts": {each.value: sum(f["severity"] == each for f in findings) for each in Severity},
        "reviewed": sum(f["verdict"] is not None and f["approval"] in (None, "approved") for f in findings),
        "reviewable": True,
        **rules_of(reading.rules),
        "write_back": wrote_of(reading.write_back) if analysis else None,
        "facts": [_fact(fact) for fact in analysis.facts[:MAX_FACTS]] if analysis else [],
        **_changes(reading if analysis else None),
        **_progress(reading.progress if reading.state in (State.PENDING, State.STALE) else None),
        **voice_of(reading.voice if analysis else None, reading.decision),
        "problem": problem_of(reading),
        "reference": reading.reference,
    }


def _findings(reading: Reading, analysis: Analysis) -> Iterator[dict[str, Any]]:
    """Gravest first, after the viewers' word; within that as the document has them."""
    new = frozenset(reading.changes.added) if reading.changes and not reading.older else frozenset()
    found = [(each, reading.reviews.get(fingerprint(each))) for each in findings_of(analysis)]
    found.sort(key=lambda pair: (RANKS[severity_of(*pair)], pair[0].page or 0, pair[0].start))
    for finding, review in found:
        yield _finding(finding, review, reading.rules, new=finding.id in new)


def _finding(finding: Finding, review: Reviewed | None, rules: ReviewRules | None, *, new: bool) -> dict[str, Any]:
    severity = severity_of(finding, review)
    return {
        "id": fingerprint(finding),
        "category": finding.category[:_SHORT],
        "severity": severity.value,
        "rank": RANKS[severity],
        "said": finding.severity.value,
        "title": finding.title[:_TITLE],
        "quote": finding.quote[:_QUOTE],
        "page": finding.page,
        "explanation": finding.explanation[:_TEXT],
        "suggestion": finding.suggestion[:_TEXT],
        "confidence": finding.confidence,
        "new": new,
        "wanted": review.severity or None if review else None,
        **said_of(review, rules),
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {"label": fact.label[:_SHORT], "value": fact.value[:1000], "page": fact.page}


def _changes(reading: Reading | None) -> dict[str, Any]:
    changes = reading.changes if reading and not reading.older else None
    if changes is None:
        return {"added": 0, "gone": [], "standing": 0}
    gone = [title[:_TITLE] for title in changes.gone[:MAX_FINDINGS]]
    return {"added": len(changes.added), "gone": gone, "standing": changes.standing}


def _progress(progress: Progress | None) -> dict[str, Any]:
    if progress is None:
        return {"stage": None, "done": 0, "total": 0, "share": 0.0}
    stage = progress.stage.value if progress.total else "opening"
    return {"stage": stage, "done": progress.done, "total": progress.total, "share": min(1.0, max(0.0, progress.share))}
