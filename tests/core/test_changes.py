"""What is older than a record's last announced change is not believed, whoever remembers it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.changes import Changes
from app.core.stored import CARRIED
from app.db import Database
from app.db.epochs import Epochs, announce
from app.db.migrations import upgrade
from app.launch import Record
from tests.core.scored import KEY, LEAD


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/inlay.db")
    upgrade(made)
    yield made
    made.close()


def change(database: Database, record: Record = LEAD, connection: str = "acme") -> int:
    with database.begin() as conn:
        return announce(conn, "score", connection, str(record))


def test_a_change_is_of_all_that_is_remembered_of_the_record(database: Database) -> None:
    epochs = Epochs(database)
    changes = Changes(epochs)
    at = change(database)
    epochs.look()
    for key in (KEY, replace(KEY, capability="other"), replace(KEY, carried=CARRIED + "x"), replace(KEY, arm="b")):
        assert changes.since(key) == at == 1
    for key in (replace(KEY, connection="b"), replace(KEY, record=Record("Lead", "2"))):
        assert changes.since(key) == 0
    assert change(database) == 2
    assert changes.since(KEY) == 1  # not heard yet
    epochs.look()
    assert changes.since(KEY) == 2


def test_what_is_from_before_we_listened_counts_as_changed(database: Database) -> None:
    for _ in range(3):
        change(database)
    changes = Changes(Epochs(database))
    assert changes.since(KEY) == changes.since(replace(KEY, connection="never heard of")) == 3


def test_changes_that_are_forgotten_count_for_every_record(database: Database) -> None:
    epochs = Epochs(database)
    changes = Changes(epochs, most=2)
    for n in range(1, 4):
        change(database, Record("Lead", str(n)))
    epochs.look()
    assert [changes.since(replace(KEY, record=Record("Lead", str(n)))) for n in (1, 2, 3, 9)] == [1, 2, 3, 1]


def test_changes_that_were_missed_count_for_every_record(database: Database) -> None:
    epochs = Epochs(database)
    changes = Changes(epochs)
    for _ in range(3):
        change(database)
    with database.begin() as conn:
        conn.exec_driver_sql("DELETE FROM changes WHERE epoch < 3")  # pruned, as those of long ago are
    epochs.look()
    assert changes.since(replace(KEY, connection="b")) == 2
    assert changes.since(KEY) == 3


def test_what_comes_from_after_our_last_look_is_judged_after_another_look(database: Database) -> None:
    epochs = Epochs(database, clock=lambda: 0.0)
    changes = Changes(epochs)
    at = change(database)
    assert changes.now == 0
    assert changes.knows(at)
    assert changes.since(KEY) == at
    assert not changes.knows(at + 1)  # of another database's life, or of one that was set back
