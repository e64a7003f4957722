"""The rows of identities: what is asked of an older row is not done, and what ends leaves its job."""

from __future__ import annotations

from sqlalchemy import insert, select

from app.db import Database
from app.db import identities as rows
from app.db.jobs import claim
from app.db.schema import identities, sessions


def put(database: Database, tokens: bytes = b"one", viewer: str = "zoe", ends_at: float = 900.0) -> rows.Row:
    with database.begin() as conn:
        rows.put(conn, "acme", viewer, tokens, ends_at)
        found = rows.find(conn, "acme", viewer)
    assert found is not None
    return found


def lease(database: Database, row: rows.Row, owner: str, now: float) -> bool:
    with database.begin() as conn:
        return rows.lease(conn, row, owner, now + 30.0, now)


def test_a_lease_is_one_owners_until_it_ends_or_is_given_back(database: Database) -> None:
    row = put(database)
    assert lease(database, row, "a", 100.0)
    assert not lease(database, row, "b", 129.0)
    assert lease(database, row, "b", 130.0)
    with database.begin() as conn:
        rows.give_back(conn, row, "a")  # which is not its own any more
    assert not lease(database, row, "a", 131.0)
    with database.begin() as conn:
        rows.give_back(conn, row, "b")
    assert lease(database, row, "a", 131.0)


def test_an_older_row_can_neither_be_leased_nor_replaced_nor_dropped(database: Database) -> None:
    old = put(database)
    assert lease(database, old, "a", 100.0)
    new = put(database, b"two")
    assert new.version == old.version + 1
    with database.begin() as conn:
        rows.replace(conn, old, "a", b"three")
        assert not rows.drop(conn, old)
        assert rows.find(conn, "acme", "zoe") == new
    assert not lease(database, old, "a", 100.0)
    assert lease(database, new, "b", 100.0)  # a new sign-in waits for nobody


def test_a_row_shows_no_tokens(database: Database) -> None:
    assert "one" not in repr(put(database))


def test_what_no_living_session_needs_is_ended_with_its_job(database: Database) -> None:
    for viewer in ("zoe", "ben"):
        put(database, viewer.encode(), viewer)
    row = {"id": "s", "connection": "acme", "viewer": "ben", "component": "x", "created_at": 0.0, "ends_at": 500.0}
    with database.begin() as conn:
        conn.execute(insert(sessions), row | {"signed_in": True})
        conn.execute(insert(sessions), row | {"id": "t", "viewer": "zoe", "signed_in": False})  # came with a proof
        assert [each.viewer for each in rows.end_unneeded(conn, "acme", "ben", 100.0)] == []
        assert [each.viewer for each in rows.end_unneeded(conn, "acme", "", 100.0)] == ["zoe"]
        assert [each.viewer for each in rows.end_unneeded(conn, "other", "", 600.0)] == []
        assert [each.viewer for each in rows.end_unneeded(conn, "acme", "", 500.0)] == ["ben"]
        assert conn.execute(select(identities)).all() == []
    job = claim(database, [rows.REVOKE], "worker", 60.0, 1000.0)
    assert job is not None
    assert job.payload == {"connection": "acme", "viewer": "zoe", "tokens": "em9l"}


def test_what_is_over_is_ended(database: Database) -> None:
    put(database, ends_at=900.0)
    with database.begin() as conn:
        assert rows.end_over(conn, 900.0) == []
        assert len(rows.end_over(conn, 900.1)) == 1
