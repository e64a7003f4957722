"""The view of `review-list`: what waits for this viewer's word, the most pressing first; what they just said."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.answer import Answer, Listing, Reviewed, Row, drawn
from app.db.reviews import Approval
from app.launch import Record, Viewer
from app.views._shown import band_of, score_of, strongest

ANSWERS = "score"
HISTORY = False  # no trend is drawn
_NAME, _LABEL = 200, 400  # as [args] bounds them
KINDS = ("approve", "again", "new")  # in this order: somebody waits; a word stands for another number; none was said


def params(
    told: Listing | Answer,
    *,
    record: Record,
    viewer: Viewer,  # noqa: ARG001  # whose reviews are this viewer's is said by the answers
    now: datetime,  # noqa: ARG001  # nothing here ages
    opens: bool,
    title: str = "",
) -> dict[str, Any]:
    """The args of the component. `title` is what the capability calls its number."""
    rows = told.rows if isinstance(told, Listing) else ()
    scored = [row for row in rows if score_of(row.answer) is not None]
    waiting = sorted((row for row in scored if kind_of(row.answer)), key=_pressing)
    found = [_row(row) for row in waiting]
    return {
        "state": told.state.value,
        "record": str(record),
        "title": title,
        "rows": found,
        "counts": {kind: sum(row["kind"] == kind for row in found) for kind in KINDS},
        "done": [_done(row) for row in scored if row.answer.review and row.answer.review.undo_until],
        "reviewed": len(scored) - len(found),
        "unscored": len(rows) - len(scored),
        "denied": told.denied if isinstance(told, Listing) and rows else 0,
        "opens": opens,
        "reference": told.reference,
    }


def kind_of(answer: Answer) -> str:
    """Why it waits for this viewer; empty where it does not."""
    review, score = answer.review, score_of(answer)
    if review is None:
        return "new"
    if review.approval is Approval.WAITING:
        return "approve" if review.answerable else ""  # one's own is somebody else's to approve
    if review.approval is Approval.DECLINED:
        return "new"  # nothing of it holds
    before = review.of_value
    return "again" if before is not None and score is not None and drawn(before) != score else ""


def _pressing(row: Row) -> tuple[int, bool, float, str]:
    """Of each kind first what a priority rule names; then the oldest that somebody waits for, the furthest from what
    was spoken of, the highest that nobody spoke of."""
    kind, review, score = kind_of(row.answer), row.answer.review, score_of(row.answer) or 0
    if kind == "approve":
        by = review.at.timestamp() if review and review.at else 0.0
    elif kind == "again":
        by = -abs(score - (review.of_value or 0.0)) if review else 0.0
    else:
        by = -float(score)
    return KINDS.index(kind), not row.priority, by, str(row.record)


def _row(row: Row) -> dict[str, Any]:
    kind = kind_of(row.answer)
    told = {"kind": kind, "priority": row.priority}
    return _named(row) | told | {**_said(row.answer.review, kind), **strongest(row.answer, _LABEL)}


def _done(row: Row) -> dict[str, Any]:
    review = row.answer.review
    return _named(row) | {"verdict": review.verdict.value if review else None}


def _named(row: Row) -> dict[str, Any]:
    review = row.answer.review
    return {
        "record": str(row.record),
        "name": row.name[:_NAME],
        "decision": row.answer.decision,
        "version": review.version if review else 0,
        "score": score_of(row.answer),
        "band": band_of(row.answer),
    }


def _said(review: Reviewed | None, kind: str) -> dict[str, Any]:
    """Of a word that stands: whose, when, and which number it was of."""
    if review is None or kind == "new":
        return {"by": "", "at": None, "was": None, "value": None}
    return {
        "by": review.by[:_NAME],
        "at": review.at,
        "was": drawn(review.of_value) if review.of_value is not None else None,
        "value": drawn(review.value) if review.value is not None else None,
    }
