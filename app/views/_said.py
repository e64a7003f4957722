"""What card and sidebar both say of a review, so that they cannot disagree."""

from __future__ import annotations

from typing import Any

from app.answer import Reviewed, ReviewRules
from app.db.reviews import Verdict

_NAME, _COMMENT = 200, 2000  # as [args] bounds them


def said_of(review: Reviewed | None, rules: ReviewRules | None) -> dict[str, Any]:
    """The review that stands; all of it empty where there is none. `label`: what the configuration calls the reason."""
    if review is None:
        return {
            "verdict": None, "version": 0, "reason": "", "label": "", "comment": "", "by": "", "mine": False,
            "at": None, "approval": None, "answered_by": "", "answered_at": None, "undo": False, "answerable": False,
        }  # fmt: skip
    return {
        "verdict": review.verdict.value,
        "version": review.version,
        "reason": review.reason,
        "label": dict(rules.reasons).get(review.reason, "") if rules else "",
        "comment": review.comment[:_COMMENT],
        "by": review.by[:_NAME],
        "mine": review.mine,
        "at": review.at,
        "approval": review.approval.value or None,
        "answered_by": review.answered_by[:_NAME],
        "answered_at": review.answered_at,
        "undo": review.undo_until > 0,
        "answerable": review.answerable,
    }


def rules_of(rules: ReviewRules | None) -> dict[str, Any]:
    """What can be chosen from; `waits`: an override holds only once a second viewer has approved it."""
    if rules is None:
        return {"reasons": [], "waits": False}
    reasons = [{"word": word, "label": label} for word, label in rules.reasons]
    return {"reasons": reasons, "waits": Verdict.OVERRIDDEN in rules.waits}
