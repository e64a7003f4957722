"""The reading that the tests of document views show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.analysis.reading import Changes, Reading
from app.answer import Reviewed, State
from app.core.analyses import Analysis, Fact, Finding, Risk, Severity, fingerprint
from app.core.shapes import Model
from app.db.reviews import Verdict
from app.hosts._document import DocumentFacts
from app.launch import Record, Viewer
from app.views import VIEWS

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
RECORD = Record("driveItem", "d1:i1")


def finding(mark: str, severity: Severity = Severity.MEDIUM, page: int | None = 1, **more: Any) -> Finding:
    given = {"category": f"c-{mark}", "title": f"Finding {mark}", "quote": f"Words {mark}", "start": 0, "end": 5}
    return Finding(id=mark, severity=severity, page=page, explanation="Why", **(given | more))


FIRST, SECOND, GRAVE = finding("a", page=9), finding("b", page=2), finding("c", Severity.HIGH, page=5)
ANALYSIS = Analysis(
    summary="In short",
    risk=Risk.HIGH,
    findings=(FIRST, SECOND, GRAVE),
    facts=(Fact("governing-law", "Governing law", "Kent", "laws of Kent", 3),),
    model=Model("rules", "1"),
    computed_at=NOW,
)
DOCUMENT = DocumentFacts(
    record=RECORD,
    name="Contract.pdf",
    media_type="application/pdf",
    etag="e1",
    version="c1",
    web_url="https://contoso.example/Contract.pdf#old",
    size=5,
)
REVIEWED = Reviewed(fingerprint(FIRST), Verdict.OVERRIDDEN, severity="high", by="Jo", at=NOW, mine=True)
READ = Reading(
    State.READY,
    "contract_review",
    decision="d1",
    document=DOCUMENT,
    pages=12,
    analysis=ANALYSIS,
    changes=Changes(added=("b",), gone=("Old one",), standing=2),
    reviews={REVIEWED.item: REVIEWED},
)


def shown(tag: str, reading: Reading, **how: Any) -> dict[str, Any]:
    how = {"record": RECORD, "viewer": Viewer("u1"), "now": NOW, "opens": True, "title": "Review"} | how
    return VIEWS[tag].params(reading, **how)
