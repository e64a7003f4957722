"""Reviews: what viewers say of an answer, or of one item of it. The last verdict holds, for all who see the record.

A verdict on a finding is kept by the finding's fingerprint: it holds in every later analysis, of the same version or of
the next, in which the same words are found again. A verdict on a score is the record's: it outlives later scores. All
of them are in the audit, without the viewers' own words. Nobody speaks over what they did not see: a verdict names the
version of the one that its viewer saw.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from sqlalchemy import Connection as DatabaseConnection

from app.analysis.reading import Reading
from app.answer import Answer, Reviewed
from app.audit.log import AuditLog
from app.connections import Connection, Connections
from app.core.analyses import fingerprint
from app.core.stored import StoredScores
from app.db import Database
from app.db import reviews as rows
from app.db.epochs import Epochs, announce
from app.db.reviews import Approval, Row, Verdict
from app.keys import Keyring
from app.launch import Record
from app.metrics import Metrics
from app.review.about import EVENTS, About, changes, facts
from app.review.change import ANNOUNCED, SCORE, Listener
from app.review.kept import Kept
from app.review.rules import check_reason, require_own, require_second, rules
from app.review.said import ReviewConflict, ReviewGone, ReviewRefused, Said, ScoreGone, Word
from app.review.standing import Standing
from app.session.bearer import Session


class Reviews:
    """Keeps verdicts, and adds them to answers."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        connections: Connections,
        stored: StoredScores,
        audit: AuditLog,
        epochs: Epochs,
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
        listeners: Sequence[Listener] = (),
    ) -> None:
        """`listeners` hear of each change in its transaction."""
        self._database, self._kept, self._stored, self._audit = database, Kept(keyring, connections), stored, audit
        self._epochs, self._metrics, self._clock, self._listeners = epochs, metrics, clock, listeners
        self.standing = Standing(database, self._kept, epochs, clock)

    def joined(
        self, session: Session, connection: Connection, readings: Mapping[Record, Reading]
    ) -> dict[Record, Reading]:
        """The readings with the verdicts on their findings. Raises StoreUnavailable."""
        asked = [
            (each.capability, each.document.record)
            for each in readings.values()
            if each.analysis is not None and each.document is not None
        ]
        found = self.standing.of(session, connection, asked)
        return {
            record: replace(
                each,
                reviews=MappingProxyType(said := found[each.capability, each.document.record]),
                rules=rules(connection, each.capability),
                until=_until(each.until, said.values()),
            )
            if each.analysis is not None and each.document is not None
            else each
            for record, each in readings.items()
        }

    def of_scores(
        self, session: Session, connection: Connection, answers: Mapping[Record, Answer]
    ) -> dict[Record, Answer]:
        """The answers with the verdict on each score. Raises StoreUnavailable."""
        asked = [(each.capability, record) for record, each in answers.items() if each.score is not None]
        found = self.standing.of(session, connection, asked, SCORE)
        return {
            record: replace(
                each,
                review=(said := found[each.capability, record]).get(SCORE),
                rules=rules(connection, each.capability),
                until=_until(each.until, said.values()),
            )
            if each.score is not None
            else each
            for record, each in answers.items()
        }

    def give(
        self, session: Session, connection: Connection, component: str, record: Record, told: Answer | Reading,
        said: Said,
    ) -> None:  # fmt: skip
        """Keep what a viewer says of what they are told: with its audit row, or not at all.

        Raises ReviewGone, ReviewConflict, ReviewRefused, BadRequest, StoreUnavailable.
        """
        about = self._about(session, connection, component, record, told, said)
        check_reason(connection, about.capability, said)
        try:
            with self._database.begin() as conn:
                self._write(conn, about, said)
        except (ReviewConflict, ReviewRefused) as error:
            event = "review.conflict" if isinstance(error, ReviewConflict) else "review.refused"
            self._note(event, about, said, {"verdict": str(said.word), "reason": error.reason})
            raise
        self._metrics.count("reviews", capability=about.capability, verdict=str(said.verdict or said.word))
        self._epochs.look()  # what is answered next is of after this

    def _about(
        self, session: Session, connection: Connection, component: str, record: Record, told: Answer | Reading,
        said: Said,
    ) -> About:  # fmt: skip
        """Raises ReviewGone: it is no longer what this record shows."""
        if isinstance(told, Answer):
            # a newer one may be shown already: what was spoken of is what the viewer saw
            known = self._stored.by_decision([said.decision]).get(said.decision) if said.item == SCORE else None
            place = (connection.name, told.capability, record)
            if known is None or (known.key.connection, known.key.capability, known.key.record) != place:
                raise ScoreGone(reason="review-of-no-score")
            return About(session, connection, component, told.capability, record, said.decision)
        document, analysis = told.document, told.analysis
        if document is None or analysis is None:
            raise ReviewGone(reason="review-without-analysis")
        if said.item not in {fingerprint(each) for each in analysis.findings}:
            raise ReviewGone(reason="review-finding-unknown")
        return About(session, connection, component, told.capability, document.record, told.decision)

    def _write(self, conn: DatabaseConnection, about: About, said: Said) -> None:
        """In the one order that serialises speakers on both databases: what holds the record, the epoch, the review."""
        of_score, at = said.item == SCORE, self._clock()
        if not of_score and not rows.holds(conn, *about.named):
            raise ReviewGone(reason="review-of-erased")
        version = announce(conn, ANNOUNCED, about.connection.source, str(about.record), at=at)
        score = rows.of_score(conn, about.decision) if of_score else None
        if of_score and score is None:
            raise ScoreGone(reason="review-of-erased")
        before = rows.one(conn, *about.named, said.item)
        if (before.version if before else 0) != said.version:
            raise ReviewConflict(self._kept.seen(before, about.session, about.connection, at) if before else None)
        if said.verdict is not None:
            new: Row | None = self._given(conn, about, said, said.verdict, before, score, version, at)
        elif before is None:
            raise ReviewRefused("There is nothing to speak of.", reason="review-of-none")
        elif said.word is Word.UNDO:
            new = self._undone(conn, about, before, at)
        else:
            new = self._answered(conn, about, said, before, version, at)
        self._note(EVENTS.get(said.word, "review.given"), about, said, facts(said, before, new), conn)
        for told in changes(about, said, before, new, version, at):
            for listen in self._listeners:
                listen(conn, told)

    def _given(
        self, conn: DatabaseConnection, about: About, said: Said, verdict: Verdict, before: Row | None,
        score: tuple[float, str] | None, version: int, at: float,
    ) -> Row:  # fmt: skip
        """A verdict. The one before is kept as long as an undo of this one can bring it back."""
        if before is not None:
            rows.keep(conn, before, at + self._kept.undo_most(about.connection), at)
        value, model = score or (None, "")
        new = replace(
            self._kept.given(about.session, about.connection, about.named, said, verdict),
            decision=about.decision, at=at, of_value=value, of_model=model, version=version,
        )  # fmt: skip
        rows.put(conn, new)
        return new

    def _undone(self, conn: DatabaseConnection, about: About, before: Row, at: float) -> Row | None:
        """What it took the place of holds again, in a version of its own: whoever saw it then is told that others
        spoke since. Raises ReviewRefused."""
        require_own(before, about.session, self._kept.through(before), about.connection, at)
        back = rows.take_back(conn, before, at)
        if back is None:
            return None
        version = announce(conn, ANNOUNCED, about.connection.source, str(about.record), at=at)
        back = replace(back, version=version)
        rows.put(conn, back)
        return back

    def _answered(
        self, conn: DatabaseConnection, about: About, said: Said, before: Row, version: int, at: float
    ) -> Row:
        """A second person's word on a verdict that waits. Raises ReviewRefused."""
        require_second(before, about.session, self._kept.through(before), about.connection)
        answer = Approval.APPROVED if said.word is Word.APPROVE else Approval.DECLINED
        new = replace(self._kept.answered(before, about.session, answer, at), version=version)
        rows.put(conn, new)
        return new

    def _note(
        self, event: str, about: About, said: Said, facts: Mapping[str, object],
        conn: DatabaseConnection | None = None,
    ) -> None:  # fmt: skip
        session = about.session
        self._audit.write(
            event,
            conn=conn,
            connection=session.connection,
            viewer=session.viewer.subject,
            session=session.id,
            record=str(about.record),
            decision=about.decision,
            detail={"component": about.component, "capability": about.capability, "item": said.item, **facts},
        )


def _until(until: float, said: Iterable[Reviewed]) -> float:
    """How long it is the answer: an undo goes away with its time."""
    return min([until, *(each.undo_until for each in said if each.undo_until)])
