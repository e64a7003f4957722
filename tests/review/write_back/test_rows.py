"""The rows on both databases: one worker at a time, and a newer wish outlives the end of an older one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.db import Database
from app.review.write_back import rows
from app.review.write_back.rows import CONFLICT, LEFT, QUEUED, REFUSED, UNDONE, WRITTEN, Place
from tests.databases import migrated_url

PLACE = Place("crm", "lead_score", "Lead", "1")


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with migrated_url(request.param, tmp_path) as url:
        database = Database(url)
        yield database
        database.close()


def taken(database: Database, owner: str, now: float = 0.0) -> bool:
    with database.begin() as conn:
        return rows.take(conn, PLACE, owner, now, now + 30)


def wished(database: Database, **said: object) -> int:
    with database.begin() as conn:
        return rows.wish(conn, PLACE, 5.0, **said)


def found(database: Database) -> rows.Row:
    with database.read() as conn:
        row = rows.find(conn, PLACE)
    assert row is not None
    return row


def settled(database: Database, row: rows.Row, owner: str, state: str, why: str = "") -> bool:
    with database.begin() as conn:
        return rows.settle(conn, row, owner, state, why, 9.0, b"kept")


def test_many_wishes_at_once_are_as_each_by_itself(database: Database) -> None:
    """What stands of a review stays, and a record that had no row has one."""
    wished(database, cause="review", viewer="zoe", review="given", verdict="accepted")
    other = replace(PLACE, record_id="2")
    with database.begin() as conn:
        said = [(place, {"score": score, "band": "low"}) for place, score in ((PLACE, 20.0), (other, 30.0))]
        rows.wish_all(conn, said, 7.0, cause="score", viewer="")
        second = rows.find(conn, other)
    first = found(database)
    assert second is not None
    assert (first.version, first.score, first.review, first.cause, first.state) == (2, 20.0, "given", "score", QUEUED)
    assert (second.version, second.score, second.review, second.wished_at) == (1, 30.0, "", 7.0)


def test_who_is_spared_says_why_once_and_never_over_a_newer_wish(database: Database) -> None:
    wished(database, cause="review")
    row = found(database)
    with database.begin() as conn:
        assert rows.spared(conn, row, "host-away", 9.0)
        assert not rows.spared(conn, row, "host-asked-for-quiet", 9.0)
    assert found(database).why == "host-away"
    wished(database, cause="review")
    with database.begin() as conn:
        assert not rows.spared(conn, row, "host-away", 9.0)
    assert found(database).why == ""


def test_a_wish_keeps_what_it_does_not_name(database: Database) -> None:
    assert wished(database, cause="score", score=61.0, band="medium", as_of=1.0) == 1
    assert wished(database, cause="review", viewer="zoe", review="given", verdict="accepted") == 2
    row = found(database)
    assert (row.state, row.score, row.verdict, row.viewer, row.wished_at) == (QUEUED, 61.0, "accepted", "zoe", 5.0)


def test_one_worker_at_a_time_and_another_once_it_is_silent(database: Database) -> None:
    wished(database)
    assert taken(database, "one")
    assert taken(database, "one")  # for longer
    assert not taken(database, "two", now=29.0)
    assert taken(database, "two", now=31.0)
    row = found(database)
    assert not settled(database, row, "one", WRITTEN)  # it is another's by now
    assert settled(database, row, "two", WRITTEN)
    row = found(database)
    assert (row.state, row.at, row.kept, row.held_by) == (WRITTEN, 9.0, b"kept", "")


def test_a_newer_wish_stays_queued_when_the_older_one_ends(database: Database) -> None:
    wished(database, review=UNDONE)
    taken(database, "one")
    row = found(database)
    wished(database, review="given", verdict="accepted", forced=1)
    assert settled(database, row, "one", WRITTEN)
    now = found(database)
    assert (now.state, now.review, now.forced, now.kept, now.held_by) == (QUEUED, "given", 1, b"kept", "")


@pytest.mark.parametrize(("state", "review"), [(WRITTEN, ""), (REFUSED, UNDONE), (CONFLICT, UNDONE)])
def test_what_was_taken_back_is_over_only_once_the_record_is_as_it_was(
    database: Database, state: str, review: str
) -> None:
    wished(database, review=UNDONE, forced=1)
    taken(database, "one")
    settled(database, found(database), "one", state, "why")
    row = found(database)
    assert (row.state, row.why, row.review, row.forced) == (state, "why", review, 0)


def test_what_is_told_of_a_connection(database: Database) -> None:
    other = Place("crm", "lead_score", "Lead", "2")
    with database.begin() as conn:
        rows.wish(conn, PLACE, 1.0)
        rows.wish(conn, other, 2.0)
        rows.wish(conn, Place("portal", "lead_score", "Lead", "1"), 3.0)
        rows.mark(conn, other, LEFT, 4.0)
    with database.read() as conn:
        assert rows.counts(conn) == {("crm", QUEUED): 1, ("crm", LEFT): 1, ("portal", QUEUED): 1}
        assert [row.record_id for row in rows.listed(conn, "crm", [QUEUED, LEFT], 9)] == ["2", "1"]
        assert [row.record_id for row in rows.of_records(conn, "crm", "lead_score", "Lead", ["1", "3"])] == ["1"]


def test_nothing_is_noted_of_what_was_erased(database: Database) -> None:
    wished(database)
    taken(database, "one")
    row = found(database)
    with database.begin() as conn:
        conn.exec_driver_sql("DELETE FROM write_backs")
        assert not rows.note(conn, row, "one", why="x")
        assert not rows.settle(conn, row, "one", WRITTEN, "", 9.0, None)
