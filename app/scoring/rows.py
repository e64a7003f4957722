"""What the audit and the metrics are told of decisions."""

from __future__ import annotations

from app.audit.log import Entry
from app.core.parse import Insufficient
from app.core.shapes import Score
from app.core.stored import Stored
from app.errors import AnswerRefused, InlayError

Said = Score | Insufficient | InlayError  # of one record, by the core, or instead of it


def given(stored: Stored) -> Entry:
    """A score, with its arm where there is a canary and it answered."""
    return Entry(
        "answer.given",
        {
            "connection": stored.key.connection,
            "record": str(stored.key.record),
            "decision": stored.decision,
            "capability": stored.key.capability,
            "value": stored.score.value,
            "model": stored.score.model.name,
            "version": stored.score.model.version,
            "features_hash": stored.features_hash,
            **({"arm": stored.key.arm} if stored.key.arm else {}),
        },
    )


def outcome(answer: Said) -> str:
    """For the metrics."""
    if isinstance(answer, InlayError):
        return "refused" if isinstance(answer, AnswerRefused) else "failed"
    return "scored" if isinstance(answer, Score) else "insufficient"
