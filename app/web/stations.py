"""The stations that answer: scores and analyses, behind one face for the last mile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.analysis import Analyses
from app.analysis.reading import Reading
from app.answer import Answer, State
from app.connections import Connection
from app.launch import Record
from app.permissions import Grant
from app.review import Reviews
from app.review.write_back import WriteBacks
from app.scoring import Scoring
from app.session.bearer import Session
from app.web.limits import Limits

Told = Answer | Reading


class Station(Protocol):
    """Answers for records that may be seen, in one go. Raises StoreUnavailable, SessionExpired."""

    def told(
        self, session: Session, connection: Connection, grants: Sequence[Grant], *, history: bool, reviews: bool
    ) -> Mapping[Record, Told]:
        """What this session is told of each record. Raises StoreUnavailable."""

    def opened(self, session: Session, tag: str, told: Mapping[Record, Told]) -> None:
        """These were shown in full, and are in the audit. Raises StoreUnavailable."""

    def bare(self, state: State, capability: str = "", reference: str = "") -> Told:
        """An answer that says nothing of the record."""


class Scores:
    """Views whose answer is a score; who is shown it in full is told how the host's own record holds what was said."""

    def __init__(self, scoring: Scoring, reviews: Reviews, write_backs: WriteBacks) -> None:
        self._scoring, self._reviews, self._write_backs = scoring, reviews, write_backs

    def told(
        self, session: Session, connection: Connection, grants: Sequence[Grant], *, history: bool, reviews: bool
    ) -> Mapping[Record, Told]:
        """Scores, with what was said of them and how the host's record holds it. Raises StoreUnavailable."""
        answers = self._scoring.answers(session, connection, grants, history=history)
        if reviews:
            answers = self._reviews.of_scores(session, connection, answers)
        else:
            answers = self._reviews.standing.overridden(connection, answers)
        return self._write_backs.joined(connection, answers) if history else answers

    def opened(self, session: Session, tag: str, told: Mapping[Record, Told]) -> None:
        scores = {record: each for record, each in told.items() if isinstance(each, Answer)}
        self._scoring.history.opened(session, tag, scores)

    def bare(self, state: State, capability: str = "", reference: str = "") -> Told:
        return Answer(state, capability, reference=reference)


class Readings:
    """Views whose answer is an analysis, with what was said of it; who may answer back is told how the host's own list
    holds that."""

    def __init__(self, analyses: Analyses, reviews: Reviews, write_backs: WriteBacks, limits: Limits) -> None:
        self._analyses, self._reviews, self._write_backs, self._limits = analyses, reviews, write_backs, limits

    def told(
        self,
        session: Session,
        connection: Connection,
        grants: Sequence[Grant],
        *,
        history: bool,  # noqa: ARG002 what changed is part of each reading
        reviews: bool,
    ) -> Mapping[Record, Told]:
        """Analyses, with what was said of their findings. Raises StoreUnavailable."""
        settings = connection.settings
        readings = self._analyses.readings(
            session,
            connection,
            grants,
            lambda: self._limits.spend_connection(settings, settings.limit_analyses, "analyses"),
        )
        said = self._reviews.joined(session, connection, readings)  # a badge counts it
        return self._write_backs.of_readings(connection, said) if reviews else said

    def opened(self, session: Session, tag: str, told: Mapping[Record, Told]) -> None:
        """Nothing marks an analysis as news elsewhere."""

    def bare(self, state: State, capability: str = "", reference: str = "") -> Told:
        return Reading(state, capability, reference=reference)
