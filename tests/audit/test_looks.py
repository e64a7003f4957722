"""A viewer's last looks: what was read in full counts before what was seen in passing; a session's own are apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import event

from app.audit import AuditLog, ViewRow
from app.audit.looks import Look, LookLog, Looks
from app.db import Database
from app.db.epochs import announced_since

BADGE = ViewRow("crm", "alice", "s1", "Lead/1", "score-badge", "d1")
CARD = replace(BADGE, component="score-card")


@pytest.fixture
def looks(database: Database, log: AuditLog) -> LookLog:
    return LookLog(database, log, ["score-card"])


@pytest.fixture
def last(looks: LookLog) -> Callable[[str], Looks]:
    return lambda session: looks.last("crm", "alice", ["Lead/1"], session).get("Lead/1", Looks())


def test_what_was_seen_in_another_session_is_compared_with_where_nothing_was_read(
    log: AuditLog, last: Callable[[str], Looks], now: list[float]
) -> None:
    assert last("s1") == Looks()
    log.views([BADGE])
    now[0] = 1001.0
    log.views([replace(BADGE, decision="d2"), replace(BADGE, viewer="bob", session="b1", decision="d4")])
    assert last("s1").of_card is None
    assert (last("s2").of_card, last("s2").of_badge) == (Look("d2", 1001.0), Look("d2", 1001.0))


def test_what_was_read_counts_though_badges_have_shown_more_since(log: AuditLog, last: Callable[[str], Looks]) -> None:
    log.views([CARD])
    log.views([replace(BADGE, session="s2", decision="d2")])
    assert last("s3").of_card == last("s3").of_badge == Look("d1", 1000.0)
    assert last("s2").of_badge == Look("d1", 1000.0)


def test_once_its_card_is_opened_a_badge_has_nothing_new_to_say_and_the_card_still_has(
    log: AuditLog, looks: LookLog, last: Callable[[str], Looks]
) -> None:
    log.views([CARD])
    log.views([replace(BADGE, session="s2", decision="d2")])
    looks.open(replace(CARD, session="s2", decision="d2"), marked=True)
    assert (last("s2").of_badge, last("s2").of_card) == (Look("d2", 1000.0), Look("d1", 1000.0))
    assert last("s3").of_badge == last("s3").of_card == Look("d2", 1000.0)


def test_what_was_seen_before_another_session_was_shown_a_decision(log: AuditLog, looks: LookLog) -> None:
    opened = replace(CARD, session="s9", decision="d3")
    for row in (BADGE, replace(BADGE, viewer="bob", decision="d2", session="b1"), replace(BADGE, record="Lead/2")):
        log.views([row])
    assert looks.before_elsewhere(opened) is None  # no other session has it
    log.views([replace(BADGE, session="s2", decision="d3"), replace(BADGE, session="s3", decision="d4")])
    assert looks.before_elsewhere(opened) == "d1"
    assert looks.before_elsewhere(replace(opened, session="s2")) is None
    assert looks.before_elsewhere(replace(opened, viewer="bob")) is None
    assert looks.before_elsewhere(replace(opened, decision="d1")) is None  # nothing was before


def test_it_is_noted_once_and_announced_only_where_something_was_marked(
    database: Database, log: AuditLog, looks: LookLog
) -> None:
    opened = replace(CARD, decision="d2")
    log.views([BADGE, replace(BADGE, decision="d2"), replace(CARD, decision="d3")])
    assert looks.unopened([opened]) == [opened]
    looks.open(opened, marked=False)
    assert looks.unopened([opened]) == []
    LookLog(database, log, ["score-card"]).open(opened, marked=True)  # another process, to which it is new
    looks.open(replace(CARD, decision="d3"), marked=False)  # its view says that it was read
    with database.begin() as conn:
        assert announced_since(conn, 0, "look", "crm")[1] == {"Lead/1"}
        assert conn.exec_driver_sql("SELECT decision FROM audit WHERE event = 'view.opened'").scalars().all() == ["d2"]


def test_many_records_are_one_question(database: Database, log: AuditLog, looks: LookLog) -> None:
    records = [f"Lead/{n}" for n in range(200)]
    log.views([replace(BADGE, record=each, decision=each) for each in records])
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert len(looks.last("crm", "alice", records, "s2")) == 200
    assert len([each for each in asked if "SELECT" in each]) == 1
