"""What a viewer says beside verdicts: a thumb on a decision, with a word of a closed list, never of their own."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import delete, insert, select

from app.analysis.reading import Reading
from app.answer import Answer, State, Voice
from app.audit.log import AuditLog
from app.connections import Connection
from app.db import Database
from app.db.epochs import Epochs, announce
from app.db.schema_feedback import thumbs
from app.errors import BadRequest, NotFound, StoreUnavailable
from app.figures import Figures
from app.figures.names import thumbed
from app.launch import Record
from app.review.change import ANNOUNCED
from app.review.feedback import Feedback
from app.review.feedback.satisfaction import ANSWERS, DECLINED, Satisfaction
from app.session.bearer import Session

WORDS: Mapping[str, tuple[str, ...]] = {
    "up": ("right", "clear", "saved-time"),
    "down": ("wrong", "out-of-date", "unclear", "of-no-use"),
}
_DECISION = re.compile(r"[A-Za-z0-9_-]{1,64}")
Told = Answer | Reading


class DecisionGone(NotFound):
    """The viewer spoke of what is no longer shown; the panel gets the new answer at its next look."""

    code, status, title = "decision-gone", 409, "This answer is no longer shown. There is a newer one."


@dataclass(frozen=True, slots=True)
class Thumb:
    """What a viewer sent, checked by itself; an empty thumb is taken back."""

    decision: str
    thumb: str
    word: str = ""

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> Thumb:
        """Raises BadRequest."""
        thumb, word, decision = form.get("thumb", ""), form.get("word", ""), form.get("decision", "")
        if thumb and thumb not in WORDS:
            raise BadRequest("A thumb is up or down, or empty to take it back.", reason="thumb-unknown")
        if word and word not in WORDS.get(thumb, ()):
            raise BadRequest(f"A word is one of {', '.join(WORDS.get(thumb, ())) or 'none'}.", reason="thumb-word")
        if not _DECISION.fullmatch(decision):
            raise BadRequest("Name the decision.", reason="thumb-decision")
        return cls(decision, thumb, word)


def parse_answer(form: Mapping[str, str]) -> str:
    """Raises BadRequest."""
    said = form.get("answer", "")
    if said not in (*ANSWERS, DECLINED):
        raise BadRequest("An answer is 1 to 5, or declined.", reason="satisfaction-answer")
    return said


class Voices:
    """Keeps thumbs, and adds what a viewer said, and is asked, to what they are told."""

    def __init__(
        self,
        database: Database,
        audit: AuditLog,
        epochs: Epochs,
        figures: Figures,
        feedback: Feedback,
        satisfaction: Satisfaction,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database, self._audit, self._epochs, self._figures = database, audit, epochs, figures
        self._feedback, self._satisfaction, self._clock = feedback, satisfaction, clock

    def joined(
        self, session: Session, connection: Connection, tag: str, told: Mapping[Record, Told]
    ) -> dict[Record, Told]:
        """The same with this viewer's voice, where there is a decision to speak of.

        Fails open: without the database nobody is asked anything.
        """
        decisions = {record: each.decision for record, each in told.items() if each.decision and each.state in _SHOWN}
        if not decisions:
            return dict(told)
        with suppress(StoreUnavailable):
            given = self._given(session, [*decisions.values()])
            asks = {
                record: self._satisfaction.asks(session, connection, tag, record)
                for record in decisions
                if told[record].state is State.READY
            }
            return {
                record: replace(each, voice=Voice(*given.get(each.decision, ("", "")), asks.get(record, "")))
                if record in decisions
                else each
                for record, each in told.items()
            }
        return dict(told)

    def thumb(
        self, session: Session, connection: Connection, tag: str, record: Record, told: Told, said: Thumb
    ) -> None:
        """Keep a thumb on what is shown, or take it back: with its audit row, or not at all.

        Raises DecisionGone, StoreUnavailable.
        """
        if not told.decision or said.decision != told.decision or told.state not in _SHOWN:
            raise DecisionGone(reason="thumb-decision-gone")
        of = told.document.record if isinstance(told, Reading) and told.document else record
        now, c = self._clock(), thumbs.c
        mine = (c.connection == connection.name, c.decision == told.decision, c.viewer == session.viewer.subject)
        with self._database.begin() as conn:
            before = conn.execute(delete(thumbs).where(*mine).returning(c.thumb, c.word)).first()
            if before is None and not said.thumb:
                return
            version = announce(conn, ANNOUNCED, connection.name, str(of), at=now)
            if said.thumb:
                conn.execute(insert(thumbs).values(
                    connection=connection.name, decision=told.decision, viewer=session.viewer.subject,
                    capability=told.capability, record_type=of.type, record_id=of.id, thumb=said.thumb,
                    word=said.word, version=version, at=now,
                ))  # fmt: skip
            self._audit.write(
                "thumb.given" if said.thumb else "thumb.undone", conn=conn, connection=session.connection,
                viewer=session.viewer.subject, session=session.id, record=str(of), decision=told.decision,
                detail={"component": tag, "capability": told.capability}
                | ({"thumb": said.thumb, "word": said.word or None} if said.thumb else {}),
            )  # fmt: skip
            self._feedback.thumbed(
                conn, connection.name, told.capability, of, told.decision, viewer=session.viewer.subject,
                thumb=said.thumb, word=said.word, version=version, at=now,
            )  # fmt: skip
        if said.thumb and (before is None or before.thumb != said.thumb):
            self._figures.count(connection.name, tag, thumbed(said.thumb))
        self._epochs.look()  # what is answered next is of after this

    def answered(self, session: Session, connection: Connection, tag: str, record: Record, said: str) -> None:
        """How satisfied a viewer is. Raises StoreUnavailable."""
        if self._satisfaction.answer(session, tag, record, said):
            with self._database.begin() as conn:
                announce(conn, ANNOUNCED, connection.name, str(record), at=self._clock())
            self._epochs.look()

    def _given(self, session: Session, decisions: list[str]) -> dict[str, tuple[str, str]]:
        c = thumbs.c
        mine = (c.connection == session.connection, c.viewer == session.viewer.subject, c.decision.in_(decisions))
        with self._database.read() as conn:
            return {row.decision: (row.thumb, row.word) for row in conn.execute(select(thumbs).where(*mine))}


_SHOWN = (State.READY, State.STALE)
