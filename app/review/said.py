"""What a viewer sent, checked by itself; and what may be wrong with it once it is held against what stands."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.answer import Reviewed
from app.core.analyses import Severity
from app.db.reviews import Verdict
from app.errors import BadRequest, InlayError, NotFound
from app.review.change import SCORE


class Word(StrEnum):
    """What can be said."""

    ACCEPT = "accept"
    OVERRIDE = "override"
    DISMISS = "dismiss"
    UNDO = "undo"  # of one's own verdict
    APPROVE = "approve"  # of another's, which waits
    DECLINE = "decline"


VERDICTS: Mapping[Word, Verdict] = {
    Word.ACCEPT: Verdict.ACCEPTED,
    Word.DISMISS: Verdict.DISMISSED,
    Word.OVERRIDE: Verdict.OVERRIDDEN,
}
MAX_COMMENT = 2_000
REASON = re.compile(r"[a-z][a-z-]{0,39}")
_ITEM, _DECISION = re.compile(rf"{SCORE}|[0-9a-f]{{1,64}}"), re.compile(r"[A-Za-z0-9_-]{1,64}")
_VERSION, _VALUE = re.compile(r"[0-9]{1,18}"), re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,2})?")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a\u202b\u202d\u202e]")


class ReviewGone(NotFound):
    """The viewer spoke of what is no longer shown; the panel gets the new answer at its next look."""

    code, status, title = "finding-gone", 409, "This finding is no longer there. The document was analysed again."


class ScoreGone(ReviewGone):
    """The same, of a score."""

    code, title = "score-gone", "This score is no longer there. The panel shows what is."


class ReviewConflict(InlayError):
    """Somebody else spoke since the viewer looked; nothing was changed. `standing` is what stands: None, nothing."""

    code, status, title = "review-conflict", 409, "Somebody else spoke meanwhile. Nothing was changed."

    def __init__(self, standing: Reviewed | None) -> None:
        super().__init__()
        self.standing = standing


class ReviewRefused(InlayError):
    """It cannot be said by this viewer, or not any more; `reason` says to the audit what it was."""

    code, status, title = "review-refused", 403, "This cannot be done by you."


class SecondPersonNeeded(ReviewRefused):
    """Whoever spoke cannot approve it too."""

    code, title = "second-person-needed", "Somebody else must approve this: it is your own."


class ElsewhereOnly(ReviewRefused):
    """It was given in another application, whose viewers cannot be told apart from this one's."""

    code, title = "approve-elsewhere", "This was given in another application. It must be approved there."


class UndoTooLate(ReviewRefused):
    """The time for it is over."""

    code, title = "undo-too-late", "It is too late to undo this. Give a new review instead."


@dataclass(frozen=True, slots=True)
class Said:
    """What a viewer sent. `version` is that of the review that they saw; 0: they saw none."""

    decision: str
    item: str
    word: Word
    version: int = 0
    severity: str = ""
    value: float | None = None
    reason: str = ""
    comment: str = ""

    @property
    def verdict(self) -> Verdict | None:
        """What it says of the answer; None where it is about a verdict that stands."""
        return VERDICTS.get(self.word)

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> Said:
        """Raises BadRequest."""
        named = form.get("verdict", "")
        if named not in set(Word):
            raise BadRequest(f"A verdict is one of {', '.join(Word)}.", reason="review-verdict")
        word, item, decision = Word(named), form.get("item", ""), form.get("decision", "")
        if not _ITEM.fullmatch(item):
            raise BadRequest(f"Name a finding by its fingerprint, or the item {SCORE}.", reason="review-item")
        if not _DECISION.fullmatch(decision):
            raise BadRequest("Name the decision that you speak of.", reason="review-decision")
        version = form.get("version", "")
        if not _VERSION.fullmatch(version):
            raise BadRequest("Name the version of the review that you saw; 0 for none.", reason="review-version")
        changed = word is Word.OVERRIDE
        return cls(
            decision=decision,
            item=item,
            word=word,
            version=int(version),
            severity=_severity(form) if changed and item != SCORE else "",
            value=_value(form) if changed and item == SCORE else None,
            reason=_reason(form, item, word),
            comment=_comment(form),
        )

    @property
    def facts(self) -> dict[str, str | float | None]:
        """What the audit says of a verdict; never the viewer's own words."""
        return {
            "verdict": str(self.verdict or self.word),
            "severity": self.severity or None,
            "value": self.value,
            "reason": self.reason or None,
        }


def _severity(form: Mapping[str, str]) -> str:
    severity = form.get("severity", "")
    if severity not in set(Severity):
        raise BadRequest(f"A severity is one of {', '.join(Severity)}.", reason="review-severity")
    return severity


def _value(form: Mapping[str, str]) -> float:
    text = form.get("value", "").strip()
    value = float(text) if _VALUE.fullmatch(text) else math.inf
    if value > 100:
        raise BadRequest("A score is a number from 0 to 100, for example 61.", reason="review-value")
    return value


def _reason(form: Mapping[str, str], item: str, word: Word) -> str:
    reason = form.get("reason", "") if word in VERDICTS and word is not Word.ACCEPT else ""
    needed = word is Word.DISMISS or (word is Word.OVERRIDE and item == SCORE)
    if (reason or needed) and not REASON.fullmatch(reason):
        raise BadRequest("Give the reason as a word, for example not-relevant.", reason="review-reason")
    return reason


def _comment(form: Mapping[str, str]) -> str:
    comment = form.get("comment", "").replace("\r\n", "\n").strip()
    if len(comment) > MAX_COMMENT or _CONTROLS.search(comment):
        raise BadRequest(f"A comment is plain text of at most {MAX_COMMENT:,} characters.", reason="review-comment")
    return comment
