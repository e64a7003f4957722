"""Jobs as an admin meets them, on both databases."""

from __future__ import annotations

import pytest

from app.db import Database
from app.db.dead_jobs import Chosen, dead, depths, drop, find, replay
from app.db.jobs import claim, done, enqueue, failed

NOW = 1_000.0


@pytest.fixture
def several(database: Database) -> Database:
    """Two dead ones of `score`, one of `revoke`; one running, one waiting, one later."""
    with database.begin() as conn:
        for n in (1, 2):
            enqueue(conn, "score", {"connection": "crm", "records": [f"Lead/{n}"]}, max_attempts=1)
        enqueue(conn, "revoke", {"viewer": "zoe"}, max_attempts=1)
    for n, kind in enumerate(("score", "score", "revoke")):
        job = claim(database, [kind], "me", 60, NOW + n)
        assert job is not None
        failed(database, job, "core-status-503", NOW + n)
    with database.begin() as conn:
        enqueue(conn, "warm", {"connection": "crm"}, run_at=NOW)
        enqueue(conn, "score", {"connection": "crm"}, run_at=NOW - 60)
        enqueue(conn, "schedule", {"connection": "crm"}, run_at=NOW + 100)
    assert claim(database, ["warm"], "me", 60, NOW)
    return database


def test_they_are_counted_by_kind_and_state(several: Database) -> None:
    assert [(each.kind, each.state, each.jobs, each.since) for each in depths(several, NOW + 5)] == [
        ("revoke", "dead", 1, NOW + 2),
        ("schedule", "later", 1, NOW + 100),
        ("score", "dead", 2, NOW),
        ("score", "waiting", 1, NOW - 60),
        ("warm", "running", 1, NOW),
    ]


def test_the_dead_are_listed_the_last_first(several: Database) -> None:
    listed = dead(several, NOW, "", 10)
    assert [(each.kind, each.connection, each.attempts, each.last_error) for each in listed] == [
        ("revoke", "", 1, "core-status-503"),
        ("score", "crm", 1, "core-status-503"),
        ("score", "crm", 1, "core-status-503"),
    ]
    assert [each.kind for each in dead(several, NOW, "score", 1)] == ["score"]


def test_one_is_found_by_its_id_with_what_it_is_about(several: Database) -> None:
    newest = dead(several, NOW, "score", 1)[0].id
    [found] = find(several, [newest, 99], NOW)
    assert (found.state, found.payload["records"]) == ("dead", ["Lead/2"])


def test_replayed_ones_run_again_with_all_their_attempts(several: Database) -> None:
    with several.begin() as conn:
        assert replay(conn, Chosen(kind="score"), NOW + 10) == {("score", "crm"): 2}
    assert [each.kind for each in dead(several, NOW, "", 9)] == ["revoke"]
    waiting = 0
    while (job := claim(several, ["score"], "me", 60, NOW + 10)) is not None:
        assert job.attempts == 1
        done(several, job)
        waiting += 1
    assert waiting == 3


def test_dropped_ones_are_gone_and_only_dead_ones_can_be(several: Database) -> None:
    everything = [each.id for each in dead(several, NOW, "score", 9)]
    with several.begin() as conn:
        assert drop(conn, Chosen(ids=(everything[0], 5))) == {("score", "crm"): 1}  # 5 waits
        assert drop(conn, Chosen()) == {("score", "crm"): 1, ("revoke", ""): 1}
    assert [(each.kind, each.state) for each in depths(several, NOW)] == [
        ("schedule", "later"),
        ("score", "waiting"),
        ("warm", "running"),
    ]


def test_a_job_whose_payload_nobody_can_read_is_still_listed(several: Database) -> None:
    with several.begin() as conn:
        conn.exec_driver_sql("UPDATE jobs SET payload = 'no json' WHERE kind = 'revoke'")
        conn.exec_driver_sql("UPDATE jobs SET payload = '[1]' WHERE kind = 'score'")
    assert {(each.kind, each.connection) for each in dead(several, NOW, "", 9)} == {("revoke", ""), ("score", "")}
