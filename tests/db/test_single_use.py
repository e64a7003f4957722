"""A launch counts once, in whichever process it comes first."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.db import Database, single_use
from app.db.schema import used_launches
from app.db.single_use import consume, consume_all
from tests.db.conftest import Rival
from tests.db.rivals import race


def test_the_second_use_is_refused_for_this_connection_only(database: Database) -> None:
    assert consume(database, "crm", "jti-1", until=20.0, now=10.0)
    assert not consume(database, "crm", "jti-1", until=20.0, now=10.0)
    assert consume(database, "other", "jti-1", until=20.0, now=10.0)


def test_of_many_those_are_told_that_were_not_used_before(database: Database) -> None:
    assert consume(database, "crm", "b", until=20.0, now=10.0)
    with database.begin() as conn:
        assert consume_all(conn, "crm", ["a", "b", "c", "a"], 20.0, 10.0) == {"a", "c"}
        assert consume_all(conn, "crm", ["a", "d"], 20.0, 10.0) == {"d"}
        assert consume_all(conn, "crm", [], 20.0, 10.0) == set()
    assert not consume(database, "crm", "c", until=20.0, now=10.0)


def test_a_use_that_is_rolled_back_was_none(database: Database) -> None:
    def consume_and_fail() -> None:
        with database.begin() as conn:
            assert consume(conn, "crm", "jti-1", until=20.0, now=10.0)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        consume_and_fail()
    assert consume(database, "crm", "jti-1", until=20.0, now=10.0)


def test_a_key_may_be_long_and_strange(database: Database) -> None:
    strange = "\ud800" + "k" * 100_000 + "\0"
    assert consume(database, "crm", strange, until=20.0, now=10.0)
    assert not consume(database, "crm", strange, until=20.0, now=10.0)


def test_old_ones_are_forgotten_and_valid_ones_are_not(database: Database) -> None:
    consume(database, "crm", "old", until=20.0, now=10.0)
    later = 20.0 + 7200
    for number in range(single_use._PRUNE_EACH):
        consume(database, "crm", f"new-{number}", until=later + 60, now=later)
    with database.read() as conn:
        left = conn.execute(select(func.count()).select_from(used_launches)).scalar_one()
    assert left == single_use._PRUNE_EACH
    assert not consume(database, "crm", "new-0", until=later + 60, now=later)


def test_of_two_processes_one_wins_each_launch(database: Database, rival: Rival) -> None:
    one, other = race(rival("consume", "40"), rival("consume", "40"))
    assert sorted(map(int, one + other)) == list(range(40))
