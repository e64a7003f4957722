"""Many reviews in one request: each with its own lock and its own audit row, and each told what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.answer import Answer
from app.connections import Connection
from app.errors import BadRequest, InlayError
from app.figures.names import reviewed
from app.launch import MAX_RECORDS, Record
from app.review.change import SCORE
from app.review.said import Said, ScoreGone
from app.session.bearer import Session
from app.web.parts import Parts
from app.web.spoken import sentence

PLAIN = ("accept", "undo", "approve", "decline")  # what is said of many needs no words of its own


@dataclass(frozen=True, slots=True)
class Each:
    """One of them: what is said of which record."""

    record: Record
    said: Said


def read(texts: Sequence[str]) -> list[Each]:
    """Each is `<verdict> <record> <decision> <version>`. Raises BadRequest before anything is done."""
    if not 0 < len(texts) <= MAX_RECORDS:
        raise BadRequest(f"Send 1 to {MAX_RECORDS} reviews.", reason="reviews-count")
    found = [_each(text) for text in texts]
    if len({each.record for each in found}) < len(found):
        raise BadRequest("Speak of each record once.", reason="reviews-twice")
    return found


def _each(text: str) -> Each:
    parts = text.split(" ")
    if len(parts) != 4 or parts[0] not in PLAIN:
        raise BadRequest(
            f"Each is written verdict, record, decision, version; the verdict is one of {', '.join(PLAIN)}.",
            reason="reviews-malformed",
        )
    verdict, record, decision, version = parts
    said = Said.parse({"verdict": verdict, "item": SCORE, "decision": decision, "version": version})
    return Each(Record.parse(record), said)


def give(p: Parts, session: Session, connection: Connection, tag: str, given: Sequence[Each]) -> list[dict[str, Any]]:
    """What came of each, in their order. What fails for one says nothing of the others. Raises StoreUnavailable when
    not even the list can be read."""
    listed = p.fragments.listed(session, tag)
    return [_one(p, session, connection, tag, each, listed.get(each.record)) for each in given]


def _one(
    p: Parts, session: Session, connection: Connection, tag: str, each: Each, told: Answer | None
) -> dict[str, Any]:
    named = {"record": str(each.record), "verdict": str(each.said.word)}
    try:
        if told is None or told.score is None:
            raise ScoreGone(reason="review-without-score")
        p.limits.spend_review(connection.settings, session.viewer.subject)
        p.reviews.give(session, connection, tag, each.record, told, each.said)
    except InlayError as error:
        detail = sentence(p.renderer.texts, session.viewer, error)
        return named | {"status": error.status, "code": error.code, "detail": detail}
    if each.said.verdict is not None:
        p.figures.count(connection.name, tag, reviewed(each.said.verdict))
    return named | {"status": 200}
