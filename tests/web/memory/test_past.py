"""What was told before: again only for the session that was told, within an hour, and with the same rights."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.answer import Answer, State
from app.launch import Record
from app.permissions import Grant
from app.session.bearer import Session
from app.web.memory.past import KEPT_S, Past
from tests.world import LEAD, Clock, World

RECORD = Record.parse(LEAD)
GRANT = Grant(RECORD, frozenset({"revenue"}))
TOLD = Answer(State.READY, "lead_score", decision="d1", until=9e9)


@pytest.fixture
def session(shared: World) -> Session:
    return shared.parts.sessions.load(shared.element_token())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def past(session: Session, clock: Clock) -> Past:
    past = Past(clock)
    past.keep(session, "score-badge", [GRANT], {RECORD: TOLD}, past.forgotten)
    return past


def test_what_was_told_is_told_again_as_stale(past: Past, session: Session) -> None:
    assert past.again(session, "score-badge", [GRANT]) == {RECORD: replace(TOLD, state=State.STALE, until=0.0)}


def test_nobody_else_is_told_and_not_for_ever(past: Past, session: Session, clock: Clock) -> None:
    assert past.again(replace(session, id="other"), "score-badge", [GRANT]) == {}
    assert past.again(session, "score-card", [GRANT]) == {}
    assert past.again(session, "score-badge", [replace(GRANT, hidden_fields=frozenset({"activity"}))]) == {}
    clock.now += KEPT_S + 1
    assert past.again(session, "score-badge", [GRANT]) == {}


def test_what_says_nothing_is_not_kept(past: Past, session: Session) -> None:
    past.keep(session, "score-badge", [GRANT], {RECORD: Answer(State.PENDING, "lead_score")}, past.forgotten)
    [again] = past.again(session, "score-badge", [GRANT]).values()
    assert again.decision == "d1"


def test_what_was_on_its_way_while_somebody_was_erased_is_not_kept(past: Past, session: Session) -> None:
    as_of = past.forgotten
    past.forget()
    past.keep(session, "score-badge", [GRANT], {RECORD: TOLD}, as_of)
    assert past.again(session, "score-badge", [GRANT]) == {}
