"""Revocations as a table and as news: what was opened before is over, in every process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import select

from app.db.epochs import EVERYTHING, Announcement
from app.db.revocations import KIND, Revocations, revoke
from app.db.schema import changes, revocations
from app.errors import StoreUnavailable
from tests.databases import Moody, hasty

LIFE = 1000.0


def news(at: float, viewer: str = "", component: str = "") -> Announcement:
    return Announcement(1, KIND, "acme", json.dumps([viewer, component]), at)


@pytest.fixture
def database(url: str) -> Iterator[Moody]:
    database = Moody(url)
    hasty(database)
    yield database
    database.close()


@pytest.fixture
def heard(database: Moody) -> Revocations:
    return Revocations(database, LIFE, lambda: 500.0)


@pytest.mark.parametrize(
    ("viewer", "component", "over"),
    [
        ("", "", True),
        ("zoe", "", True),
        ("", "score-badge", True),
        ("zoe", "score-badge", True),
        ("yan", "", False),
        ("zoe", "score-card", False),
        ("yan", "score-badge", False),
    ],
)
def test_what_a_revocation_covers(heard: Revocations, viewer: str, component: str, over: bool) -> None:
    heard.hear(news(100.0, viewer, component))
    assert heard.covers("acme", "zoe", "score-badge", 100.0) is over
    assert not heard.covers("acme", "zoe", "score-badge", 100.1)
    assert not heard.covers("other", "zoe", "score-badge", 50.0)


def test_the_latest_counts_in_whatever_order_they_are_heard(heard: Revocations) -> None:
    for at in (200.0, 100.0):
        heard.hear(news(at))
    assert heard.covers("acme", "zoe", "score-badge", 150.0)


def test_a_process_that_starts_reads_the_table(database: Moody) -> None:
    for at in (100.0, 200.0):
        with database.begin() as conn:
            revoke(conn, "acme", "zoe", "", at, LIFE)
    started = Revocations(database, LIFE, lambda: 500.0)
    assert started.covers("acme", "zoe", "score-badge", 200.0)
    assert not started.covers("acme", "yan", "score-badge", 100.0)
    with database.read() as conn:
        assert conn.execute(select(revocations.c.at)).scalars().all() == [200.0]
        assert set(conn.execute(select(changes.c.kind)).scalars()) == {KIND}


def test_a_process_that_missed_news_reads_the_table_or_refuses(database: Moody, heard: Revocations) -> None:
    with database.begin() as conn:
        revoke(conn, "acme", "", "", 400.0, LIFE)
    assert not heard.covers("acme", "zoe", "score-badge", 300.0)
    heard.hear(Announcement(7, EVERYTHING))
    database.away = True
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            heard.covers("acme", "zoe", "score-badge", 300.0)
    database.away = False
    assert heard.covers("acme", "zoe", "score-badge", 300.0)
    used = database.used
    heard.covers("acme", "zoe", "score-badge", 300.0)
    assert database.used == used


def test_until_the_table_was_read_nobody_is_let_through(database: Moody, heard: Revocations) -> None:
    """Not while another thread reads it, not after a read that failed in whatever way, and not if more was missed."""
    with database.begin() as conn:
        revoke(conn, "acme", "", "", 400.0, LIFE)
    heard.hear(Announcement(7, EVERYTHING))
    read, told = heard._read, []

    def slow() -> Mapping[tuple[str, str, str], float]:
        heard._read = read  # type: ignore[method-assign]
        told.append(heard.covers("acme", "zoe", "score-badge", 300.0))  # as another thread asks
        with database.begin() as conn:
            revoke(conn, "acme", "late", "", 450.0, LIFE)
        heard.hear(Announcement(8, EVERYTHING))
        return {}

    def broken() -> Mapping[tuple[str, str, str], float]:
        heard._read = slow  # type: ignore[method-assign]
        raise RuntimeError

    heard._read = broken  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        heard.covers("acme", "zoe", "score-badge", 300.0)
    assert heard.covers("acme", "zoe", "score-badge", 300.0)
    assert told == [True]
    assert heard.covers("acme", "late", "score-badge", 425.0)


def test_what_nothing_can_be_under_any_more_is_forgotten(database: Moody) -> None:
    for at in (100.0, 100.0 + LIFE + 7200):
        with database.begin() as conn:
            revoke(conn, "acme", str(at), "", at, LIFE)
    with database.read() as conn:
        assert len(conn.execute(select(revocations.c.at)).all()) == 1
