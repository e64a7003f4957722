"""The audit log: only what the vocabulary allows, each view once, and no action without its row."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.audit import AuditLog, UnknownEvent, ViewRow
from app.db import Database
from app.db.schema import audit
from app.errors import StoreUnavailable
from app.metrics import NullMetrics
from tests.databases import Moody

VIEW = ViewRow("crm", "alice", "s1", "Lead/1", "score-badge", "d1")
SESSION = {"connection": "crm", "viewer": "alice", "session": "s1"}


def rows(database: Database) -> list[dict[str, Any]]:
    with database.read() as conn:
        return [dict(row._mapping) for row in conn.execute(select(audit).order_by(audit.c.seq))]


def test_a_row_has_its_columns_and_the_rest_as_detail(log: AuditLog, database: Database) -> None:
    log.write(
        "session.opened",
        **SESSION,
        component="score-badge",
        origin="https://crm.example",
        detail={"mode": "frame"},
    )
    (row,) = rows(database)
    assert (row["at"], row["event"], row["family"]) == (1000.0, "session.opened", "access")
    assert (row["connection"], row["viewer"], row["session"]) == ("crm", "alice", "s1")
    assert json.loads(row["detail"]) == {"mode": "frame", "origin": "https://crm.example"}
    assert row["decision"] is None


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("session.openend", SESSION),
        ("session.renewed", {"connection": "crm", "viewer": "alice"}),
        ("session.renewed", {**SESSION, "colour": "red"}),
        ("session.renewed", {**SESSION, "detail": {"colour": "red"}}),
    ],
)
def test_what_is_not_in_the_vocabulary_raises(
    log: AuditLog, database: Database, name: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(UnknownEvent):
        log.write(name, **fields)
    assert rows(database) == []


def test_a_row_shares_the_fate_of_the_callers_transaction(log: AuditLog, database: Database) -> None:
    def write_and_fail() -> None:
        with database.begin() as conn:
            log.write("session.renewed", conn=conn, **SESSION)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert rows(database) == []


def test_a_secret_is_left_out_and_counted(log: AuditLog, database: Database, metrics: NullMetrics) -> None:
    log.write("session.refused", reason="token-malformed", origin="Bearer abcdefghijkl")
    assert json.loads(rows(database)[0]["detail"]) == {"origin": "[redacted]"}
    assert metrics.counted["redacted", "session.refused"] == 1


def test_a_stranger_cannot_break_a_row(log: AuditLog, database: Database) -> None:
    log.write("session.renewed", **SESSION | {"viewer": "al\0ice\ud800"})
    assert rows(database)[0]["viewer"] == "al\N{REPLACEMENT CHARACTER}ice?"


def test_a_view_is_noted_once_for_each_session_and_decision(log: AuditLog, database: Database) -> None:
    log.views([VIEW, replace(VIEW, decision="d2")])
    log.views([VIEW, replace(VIEW, component="score-card"), replace(VIEW, session="s2")])
    seen = [(row["session"], row["decision"], row["component"]) for row in rows(database)]
    assert seen == [("s1", "d1", "score-badge"), ("s1", "d2", "score-badge"), ("s2", "d1", "score-badge")]


def test_another_process_does_not_note_it_again(log: AuditLog, database: Database, metrics: NullMetrics) -> None:
    log.views([VIEW])
    AuditLog(database, lambda: 2000.0, metrics).views([VIEW])
    assert [row["at"] for row in rows(database)] == [1000.0]


def test_only_views_are_unique(log: AuditLog, database: Database) -> None:
    answer = {"connection": "crm", "record": "Lead/1", "decision": "d1", "capability": "c", "value": 7}
    log.write("answer.given", **answer, model="m", version="1")
    log.write("answer.given", **answer, model="m", version="1")
    log.views([VIEW])
    assert len(rows(database)) == 3
    with pytest.raises(IntegrityError):
        log.write("view.shown", **SESSION, record="Lead/1", component="score-card", decision="d1")


def test_what_is_noted_already_costs_no_io(log: AuditLog, database: Moody) -> None:
    log.views([VIEW])
    before = database.used
    log.views([VIEW])
    assert database.used == before
    log.views([VIEW, replace(VIEW, decision="d2")])
    assert database.used == before + 1


def test_no_row_no_action(log: AuditLog, database: Moody, metrics: NullMetrics) -> None:
    """Both ways of writing say that it failed; a view that was not noted is not remembered as noted."""
    database.away = True
    with pytest.raises(StoreUnavailable):
        log.views([VIEW])
    with pytest.raises(StoreUnavailable):
        log.write("session.renewed", **SESSION)
    assert metrics.counted["audit_failures",] == 2
    database.away = False
    log.views([VIEW])
    assert len(rows(database)) == 1
