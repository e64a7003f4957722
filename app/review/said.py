"""What a viewer sent, checked by itself; and what may be wrong with it once it is held against what stands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from app.answer import Reviewed
from app.db.reviews import Verdict
from app.errors import BadRequest, InlayError, NotFound
from app.machines.api.forms import NUMBER_NEEDED, REASON_NEEDED, SEVERITY_NEEDED, Spoken
from app.machines.api.reading import read_form
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
S = TypeVar("S", bound=Spoken)


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
        return cls.of(read_spoken(form, Spoken))

    @classmethod
    def of(cls, spoken: Spoken) -> Said:
        """What a verdict needs, and of what was sent with it nothing else. Raises BadRequest."""
        word, of_score = Word(spoken.verdict), spoken.item == SCORE
        changed = word is Word.OVERRIDE
        return cls(
            decision=spoken.decision,
            item=spoken.item,
            word=word,
            version=int(spoken.version),
            severity=_severity(spoken) if changed and not of_score else "",
            value=_value(spoken) if changed and of_score else None,
            reason=_reason(spoken, word, needed=word is Word.DISMISS or (changed and of_score)),
            comment=spoken.comment,
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


def read_spoken(form: Mapping[str, str], shape: type[S]) -> S:
    """A form by its shape; ends of lines are as browsers send them. Raises BadRequest."""
    return read_form({**form, "comment": form.get("comment", "").replace("\r\n", "\n").strip()}, shape)


def _severity(spoken: Spoken) -> str:
    if not spoken.severity:
        raise BadRequest(SEVERITY_NEEDED, reason="review-severity")
    return spoken.severity


def _value(spoken: Spoken) -> float:
    value = float(spoken.value) if spoken.value.strip() else math.inf
    if value > 100:
        raise BadRequest(NUMBER_NEEDED, reason="review-value")
    return value


def _reason(spoken: Spoken, word: Word, *, needed: bool) -> str:
    if needed and not spoken.reason:
        raise BadRequest(REASON_NEEDED, reason="review-reason")
    return spoken.reason if word in VERDICTS and word is not Word.ACCEPT else ""
