"""Epochs: what one process changes, every other forgets, in order and without gaps."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, update

from app.db import Database
from app.db.epochs import EVERYTHING, Announcement, Epochs, announce, announce_all, announced_since
from app.db.schema import changes, epoch
from tests.databases import Moody
from tests.db.conftest import Rival
from tests.db.rivals import go, race, wait_ready


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def moody(database: Database, url: str) -> Iterator[Moody]:
    moody = Moody(url)
    yield moody
    moody.close()


def say(database: Database, key: str) -> int:
    with database.begin() as conn:
        return announce(conn, "score", "crm", key, at=5.0)


def test_subscribers_hear_each_change_once_and_in_order(database: Database) -> None:
    say(database, "before anybody listened")
    epochs, heard = Epochs(database), list[Announcement]()
    epochs.subscribe(heard.append)
    assert [say(database, "Lead/1"), say(database, "Lead/2")] == [2, 3]
    assert epochs.look() == 3
    assert epochs.look() == 3
    assert heard == [Announcement(2, "score", "crm", "Lead/1", 5.0), Announcement(3, "score", "crm", "Lead/2", 5.0)]


def test_many_changes_at_once_are_heard_one_by_one(database: Database) -> None:
    say(database, "before anybody listened")
    epochs, heard = Epochs(database), list[Announcement]()
    epochs.subscribe(heard.append)
    with database.begin() as conn:
        assert announce_all(conn, "score", [("crm", "Lead/1"), ("pages", "Lead/1"), ("crm", "Lead/2")], at=5.0) == 4
    assert say(database, "Lead/3") == 5
    assert epochs.look() == 5
    assert [(each.epoch, each.connection, each.key) for each in heard] == [
        (2, "crm", "Lead/1"),
        (3, "pages", "Lead/1"),
        (4, "crm", "Lead/2"),
        (5, "crm", "Lead/3"),
    ]


def test_a_change_that_is_rolled_back_was_none(database: Database) -> None:
    epochs, heard = Epochs(database), list[Announcement]()
    epochs.subscribe(heard.append)

    def announce_and_fail() -> None:
        with database.begin() as conn:
            announce(conn, "score")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        announce_and_fail()
    assert epochs.look() == 0
    assert heard == []


def test_it_reads_at_most_once_in_each_interval(moody: Moody) -> None:
    clock = Clock()
    epochs = Epochs(moody, interval_s=0.25, clock=clock)
    say(moody, "Lead/1")
    before = moody.used
    assert [epochs.current() for _ in range(50)] == [0] * 50
    assert moody.used == before
    clock.now += 0.25
    assert [epochs.current() for _ in range(50)] == [1] * 50
    assert moody.used == before + 1


def test_a_clock_that_is_set_back_does_not_stop_it(moody: Moody) -> None:
    clock = Clock()
    epochs = Epochs(moody, clock=clock)
    say(moody, "Lead/1")
    clock.now -= 3600
    assert epochs.current() == 1


def test_while_the_database_is_away_the_last_epoch_holds_and_it_is_counted(moody: Moody) -> None:
    failures = list[None]()
    epochs, heard = Epochs(moody, on_failure=lambda: failures.append(None)), list[Announcement]()
    epochs.subscribe(heard.append)
    say(moody, "Lead/1")
    moody.away = True
    assert epochs.look() == 0
    assert len(failures) == 1
    moody.away = False
    assert epochs.look() == 1
    assert [change.key for change in heard] == ["Lead/1"]


def test_the_new_epoch_shows_only_after_the_subscribers_forgot(database: Database) -> None:
    """Else a thread could see the new epoch, still find the old score, and keep it under the new epoch."""
    epochs, seen = Epochs(database), list[int]()
    epochs.subscribe(lambda _: seen.append(epochs.current()))
    say(database, "Lead/1")
    assert epochs.look() == 1
    assert seen == [0]


def test_a_change_that_a_subscriber_broke_on_comes_again(database: Database) -> None:
    epochs, heard, broken = Epochs(database), list[str](), [True]

    def break_once(_: Announcement) -> None:
        if broken:
            broken.clear()
            raise RuntimeError

    epochs.subscribe(break_once)
    epochs.subscribe(lambda change: heard.append(change.key))
    say(database, "Lead/1")
    with pytest.raises(RuntimeError):
        epochs.look()
    assert epochs.look() == 1
    assert heard == ["Lead/1"]


def test_one_who_follows_hears_by_itself_and_goes_on_when_a_subscriber_breaks(database: Database) -> None:
    failures, heard = list[bool](), threading.Event()
    epochs, broken = Epochs(database, interval_s=0.01, on_failure=lambda: failures.append(True)), [True]

    def break_once(_: Announcement) -> None:
        if broken:
            broken.clear()
            raise RuntimeError

    epochs.subscribe(break_once)
    epochs.subscribe(lambda _: heard.set())
    epochs.follow()
    say(database, "Lead/1")
    assert heard.wait(10)
    assert failures == [True]
    epochs.close()
    assert epochs.look() == epochs.current() == 1


def test_who_missed_changes_is_told_to_forget_everything(database: Database) -> None:
    epochs, heard = Epochs(database), list[Announcement]()
    epochs.subscribe(heard.append)
    for number in range(3):
        say(database, f"Lead/{number}")
    with database.begin() as conn:
        conn.execute(delete(changes).where(changes.c.epoch <= 2))
    assert epochs.look() == 3
    assert [(change.epoch, change.kind) for change in heard] == [(2, EVERYTHING), (3, "score")]


def fall_back(database: Database, to: int) -> None:
    """As when a standby takes over that had not heard of the last transactions."""
    with database.begin() as conn:
        conn.execute(delete(changes).where(changes.c.epoch > to))
        conn.execute(update(epoch).values(value=to))


@pytest.mark.parametrize("meanwhile", [0, 1, 2, 3])
def test_a_database_that_fell_back_is_heard_again_at_once(database: Database, meanwhile: int) -> None:
    """Else all is missed that it announces until it has come to where it was: revocations, for one. And its numbers
    say nothing about what we remember of before."""
    epochs, other = Epochs(database), Epochs(database)
    heard, told = list[Announcement](), list[Announcement]()
    epochs.subscribe(heard.append)
    other.subscribe(told.append)
    for number in range(4):
        say(database, f"Lead/{number}")
    assert (epochs.look(), other.look()) == (4, 4)
    heard.clear()
    fall_back(database, 2)
    for number in range(meanwhile):
        with database.begin() as conn:
            announce(conn, "revocation", "crm", f"{number}", at=6.0)
    assert epochs.look() > 4
    assert [each for each in heard if each.kind == EVERYTHING and each.epoch > 4]
    assert other.look() == epochs.look()
    assert [each.kind for each in told[4:]].count(EVERYTHING) == 1  # once for all
    say(database, "Lead/new")
    assert epochs.look() == other.look() == told[-1].epoch
    assert (heard[-1].key, told[-1].key) == ("Lead/new", "Lead/new")


def test_a_database_that_fell_back_and_takes_no_word_is_away(moody: Moody) -> None:
    epochs = Epochs(moody)
    say(moody, "Lead/1")
    epochs.look()
    fall_back(moody, 0)
    moody.reads_only = True
    assert (epochs.look(), epochs.away) == (1, True)
    moody.reads_only = False
    assert (epochs.look(), epochs.away) == (2, False)


def test_what_was_announced_since(database: Database) -> None:
    for key in ("Lead/1", "Lead/2", "Lead/3"):
        say(database, key)
    with database.begin() as conn:
        announce(conn, "score", "other", "Lead/9")
        announce(conn, "session", "crm", "s1")
        assert announced_since(conn, 1, "score", "crm") == (5, {"Lead/2", "Lead/3"})


def test_a_second_process_is_heard(database: Database, rival: Rival) -> None:
    epochs, heard = Epochs(database), list[Announcement]()
    epochs.subscribe(heard.append)
    race(rival("announce", "2"))
    assert epochs.look() == 2
    assert [change.key for change in heard] == ["Lead/0", "Lead/1"]


def test_commits_are_seen_in_the_order_of_their_epochs(database: Database, rival: Rival) -> None:
    """Two announce while we read all the time: had a later epoch committed first, a gap would show."""
    epochs, heard = Epochs(database), list[Announcement]()
    epochs.subscribe(heard.append)
    rivals = [rival("announce", "40"), rival("announce", "40")]
    wait_ready(*rivals)
    for process in rivals:
        go(process)
    while any(process.returncode is None for process in rivals):
        epochs.look()
    assert epochs.look() == 80
    assert [change.epoch for change in heard] == list(range(1, 81))
    assert {change.kind for change in heard} == {"score"}
