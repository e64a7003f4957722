"""The levels: memory, what is shared, the database. Each test of an invalidation is a race that somebody would lose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.changes import Changes
from app.core.levels import Levels
from app.core.shared import Kept, SharedScores
from app.core.stored import CARRIED, OUTDATED, Key, Stored, StoredScores
from app.db.epochs import Epochs, announce
from app.db.migrations import upgrade
from app.errors import StoreUnavailable
from app.launch import Record
from app.metrics import NullMetrics
from tests.core.scored import KEY, LEAD, Plain, keep, stored
from tests.core.shelf import MemoryShelf
from tests.databases import Moody

NOW = 1000.0


class Process:
    """One process' levels, over a database and a shelf that others have too."""

    def __init__(self, database: Moody, shelf: MemoryShelf | None) -> None:
        self.database, self.metrics = database, NullMetrics()
        self.epochs = Epochs(database, clock=lambda: 0.0)  # looks only when it is told to
        self.scores = StoredScores(database, Plain())
        self.changes = Changes(self.epochs)
        self.shared = SharedScores(shelf, self.epochs.life) if shelf else None
        self.levels = Levels(self.scores, self.shared, self.changes, self.metrics, 1_000_000)

    def sees(self, key: Key = KEY, now: float = NOW) -> str:
        """The decision that a viewer would be shown as fresh; "" for none."""
        known = self.levels.remembered([key])
        if key not in known or known[key].fresh_until <= now:
            known = self.levels.look([key], now)
        return known[key].decision if key in known and known[key].fresh_until > now else ""

    def decides(self, new: Stored, *, shared: bool = True) -> None:
        """A flight lands: the row, then the memories."""
        keep(self.database, self.scores, new)
        if shared:
            self.levels.keep([new], self.epochs.current(), NOW)

    def event(self) -> None:
        """The host says that the record changed."""
        with self.database.begin() as conn:
            announce(conn, "score", "acme", str(LEAD))
            self.scores.outdate(conn, "acme", [LEAD])
        self.epochs.look()

    def hits(self, level: str) -> tuple[int, int]:
        counted = self.metrics.counted
        return counted["cache", level, "hit"], counted["cache", level, "miss"]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Moody]:
    made = Moody(f"sqlite:///{tmp_path}/inlay.db")
    upgrade(made)
    yield made
    made.close()


@pytest.fixture
def shelf() -> MemoryShelf:
    return MemoryShelf()


def test_each_level_is_asked_once_for_all_that_the_ones_before_did_not_know(
    database: Moody, shelf: MemoryShelf
) -> None:
    keys = [replace(KEY, record=Record("Lead", str(n))) for n in range(200)]
    one, two = Process(database, shelf), Process(database, shelf)
    keep(database, one.scores, *(stored(f"d{n}", key=key) for n, key in enumerate(keys)))
    used = database.used
    assert len(one.levels.look(keys, NOW)) == 200
    assert (database.used - used, shelf.asked) == (1, 2)  # read all, put all
    assert len(one.levels.remembered(keys)) == 200
    used = database.used
    assert len(two.levels.look(keys, NOW)) == 200
    assert (database.used - used, shelf.asked) == (0, 3)
    assert one.hits("redis") == (0, 200)
    assert one.hits("database") == (200, 0)
    assert two.hits("redis") == (200, 0)
    assert two.metrics.counted["cache_bytes", "memory"] > 200 * 1500


def test_without_redis_the_database_is_what_is_shared(database: Moody) -> None:
    one, two = Process(database, None), Process(database, None)
    one.decides(stored("d1"))
    assert (one.sees(), two.sees()) == ("d1", "d1")


def test_what_aged_here_is_found_where_it_is_new(database: Moody, shelf: MemoryShelf) -> None:
    one, two, old = Process(database, shelf), Process(database, shelf), Process(database, None)
    one.decides(stored("d1", at=NOW - 890))
    assert (two.sees(), old.sees()) == ("d1", "d1")
    one.decides(stored("d2"))
    later = NOW + 20
    assert (two.sees(now=later), old.sees(now=later)) == ("d2", "d2")


def test_an_aged_score_on_the_shelf_is_asked_of_the_truth(database: Moody, shelf: MemoryShelf) -> None:
    one, two = Process(database, shelf), Process(database, shelf)
    one.decides(stored("d1", at=NOW - 890))
    keep(database, one.scores, stored("d2", at=NOW))  # by somebody to whom Redis was away
    assert two.sees(now=NOW + 20) == "d2"


def test_a_process_that_heard_of_a_change_believes_nothing_from_before(database: Moody, shelf: MemoryShelf) -> None:
    one, two = Process(database, shelf), Process(database, shelf)
    one.decides(stored("d1"))
    assert two.sees() == "d1"
    one.event()
    two.epochs.look()
    assert (one.sees(), two.sees()) == ("", "")
    assert two.levels.look([KEY], NOW)[KEY].fresh_until == OUTDATED  # what may be shown as stale


def test_a_slow_writer_that_puts_after_the_change_is_not_believed(database: Moody, shelf: MemoryShelf) -> None:
    one, slow = Process(database, shelf), Process(database, shelf)
    keep(database, one.scores, stored("d1"))
    epoch = slow.changes.now
    read = slow.scores.latest([KEY])[KEY]
    one.event()
    assert slow.shared is not None
    slow.shared.put([Kept(read, epoch)], NOW)
    assert one.sees() == ""
    assert Process(database, shelf).sees() == ""  # nor by one that was started since and heard nothing
    slow.epochs.look()
    assert slow.sees() == ""


def test_memory_does_not_keep_what_was_read_before_a_change_it_hears_of_later(database: Moody) -> None:
    one, slow = Process(database, None), Process(database, None)
    one.decides(stored("d1"))
    assert slow.sees() == "d1"
    one.event()
    assert slow.sees() == "d1"  # for as long as it has not looked: a quarter of a second
    slow.epochs.look()
    assert slow.sees() == ""


def test_redis_away_during_the_change_and_back_later(database: Moody, shelf: MemoryShelf) -> None:
    one, two = Process(database, shelf), Process(database, shelf)
    one.decides(stored("d1"))
    shelf.away = True
    one.event()
    one.decides(stored("d2", value=31.0, at=NOW))
    two.epochs.look()
    assert two.sees() == "d2"  # from the database
    shelf.away = False  # and it still has the score from before the change
    three = Process(database, shelf)
    for each in (one, two, three):
        each.epochs.look()
        assert each.sees() == "d2"


def test_a_score_that_was_outdated_in_the_air_is_fresh_nowhere(database: Moody, shelf: MemoryShelf) -> None:
    one, two = Process(database, shelf), Process(database, shelf)
    one.event()
    one.decides(stored("d1", fresh_until=OUTDATED))
    assert (one.sees(), two.sees()) == ("", "")


def test_a_change_reaches_what_launches_carried_and_arms_of_canaries(database: Moody, shelf: MemoryShelf) -> None:
    one = Process(database, shelf)
    keys = [replace(KEY, carried=CARRIED + "x"), replace(KEY, arm="b")]
    for n, key in enumerate(keys):
        one.decides(stored(f"d{n}", key=key))
        assert one.sees(key) == f"d{n}"
    one.event()
    assert [one.sees(key) for key in keys] == ["", ""]


def test_what_comes_from_the_future_is_looked_up_first(database: Moody, shelf: MemoryShelf) -> None:
    """A process that has not looked yet must not take what it cannot judge: the record may have changed since."""
    one, behind = Process(database, shelf), Process(database, shelf)
    one.event()
    one.decides(stored("d1"))
    assert behind.sees() == "d1"
    assert behind.epochs.current() == 1  # it looked


def test_what_is_of_a_database_that_was_set_back_is_not_believed(database: Moody, shelf: MemoryShelf) -> None:
    one = Process(database, shelf)
    assert one.shared is not None
    one.shared.put([Kept(stored("of a life that is over"), 99)], NOW)
    assert one.sees() == ""


def test_while_the_database_is_away_what_is_remembered_goes_on(database: Moody, shelf: MemoryShelf) -> None:
    one, two = Process(database, shelf), Process(database, shelf)
    one.decides(stored("d1"))
    database.away = True
    assert (one.sees(), two.sees()) == ("d1", "d1")
    with pytest.raises(StoreUnavailable):
        two.sees(replace(KEY, record=Record("Lead", "2")))
