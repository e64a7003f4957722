"""Leases: one holder at a time, on both databases; answers in their place; rows are always locked in one order."""

from __future__ import annotations

from sqlalchemy import select

from app.db import Database, leases
from app.db.leases import Lease
from app.db.schema import leases as table
from tests.db.conftest import Rival
from tests.db.rivals import race

NOW, UNTIL = 1000.0, 1005.0


def take(database: Database, owner: str, *keys: str, now: float = NOW, since: int = 0) -> frozenset[str]:
    with database.begin() as conn:
        return leases.take(conn, dict.fromkeys(keys, since), owner, now, now + 5)


def held(database: Database, *keys: str, now: float = NOW) -> dict[str, Lease]:
    with database.read() as conn:
        return leases.held(conn, keys, now)


def test_a_key_has_one_holder_at_a_time(database: Database) -> None:
    assert take(database, "one", "a", "b") == {"a", "b"}
    assert take(database, "two", "b", "c") == {"c"}
    assert held(database, "a", "b", "c", "d") == {each: Lease(UNTIL, None) for each in "abc"}
    assert take(database, "three") == frozenset()


def test_a_lease_ends_with_its_time_and_the_late_holder_gives_nothing_back(database: Database) -> None:
    take(database, "killed", "a")
    assert held(database, "a", now=UNTIL) == {}
    assert take(database, "two", "a", now=UNTIL) == {"a"}
    with database.begin() as conn:
        leases.settle(conn, "killed", ["a"])
    assert take(database, "three", "a", now=UNTIL) == frozenset()


def test_what_was_kept_elsewhere_leaves_nothing_here(database: Database) -> None:
    take(database, "one", "a", "b")
    with database.begin() as conn:
        leases.settle(conn, "one", ["a", "never ours"])
    assert list(held(database, "a", "b")) == ["b"]
    assert take(database, "two", "a") == {"a"}


def test_an_answer_stands_until_its_time_or_until_what_it_is_about_changed(database: Database) -> None:
    take(database, "one", "a", "b")
    with database.begin() as conn:
        leases.settle(conn, "one", ["b"], {"a": ("why", NOW + 60)}, epoch=7)
    assert take(database, "two", "a", since=7) == frozenset()
    assert held(database, "a") == {"a": Lease(NOW + 60, "why", epoch=7)}
    assert take(database, "two", "a", since=8) == {"a"}  # it changed since
    assert held(database, "a") == {"a": Lease(UNTIL, None, epoch=8)}
    with database.begin() as conn:
        leases.settle(conn, "two", [], {"a": ("why", NOW + 60)}, epoch=8)
    assert take(database, "three", "a", now=NOW + 60, since=8) == {"a"}


def test_being_asked_is_not_changed_by_a_change(database: Database) -> None:
    """One question at a time: what it brings is outdated already, and then another one is asked."""
    take(database, "one", "a")
    assert take(database, "two", "a", since=99) == frozenset()


def test_what_ended_long_ago_is_forgotten(database: Database) -> None:
    take(database, "one", "a")
    take(database, "one", "b", now=NOW + 100)
    with database.begin() as conn:
        leases.prune(conn, NOW + 50)
    with database.read() as conn:
        assert conn.execute(select(table.c.key)).scalars().all() == ["b"]


def test_200_keys_are_one_statement_each_way(database: Database) -> None:
    keys = [f"k{n:03}" for n in range(200)]
    assert take(database, "one", *keys) == frozenset(keys)
    with database.begin() as conn:
        leases.settle(conn, "one", keys[:100], dict.fromkeys(keys[100:], ("why", NOW + 60)), 1)
    assert held(database, *keys).keys() == set(keys[100:])


def test_processes_that_want_the_same_in_other_orders_never_wait_for_each_other(
    database: Database, rival: Rival
) -> None:
    """Each takes and gives back all keys over and over; a deadlock would end one of them."""
    heard = race(*(rival("lease", f"owner-{n}", "40") for n in range(3)))
    assert sum(int(line) for each in heard for line in each) == 40 * 3 * 12
    assert held(database, *map(str, range(12))) == {}
