"""What somebody set in a score's place is read once, and again once somebody speaks, or the record is erased."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.stored import Key
from app.db import reviews as rows
from app.db.epochs import ERASED, Epochs, announce
from app.db.migrations import upgrade
from app.db.reviews import Approval, Row
from app.errors import StoreUnavailable
from app.launch import Record
from app.review.change import ANNOUNCED
from app.review.overrides import Overrides
from tests.databases import Moody

ONE, TWO, OTHER = (
    Key("acme", "lead_score", Record("Lead", "1")),
    Key("acme", "lead_score", Record("Lead", "2")),
    Key("acme", "other_score", Record("Account", "1")),
)


class Stage:
    def __init__(self, folder: Path) -> None:
        self.database = Moody(f"sqlite:///{folder}/inlay.db")
        upgrade(self.database)
        self.epochs = Epochs(self.database)
        self.overrides = Overrides(self.database, self.epochs)

    def set(self, key: Key, value: float, approval: str = Approval.NONE) -> None:
        row = Row(key.connection, key.capability, key.record.type, key.record.id, "score", "d1", "overridden", "", "",
                  "ana", b"", 1.0, value=value, approval=approval)  # fmt: skip
        with self.database.begin() as conn:
            rows.put(conn, row)
            announce(conn, ANNOUNCED, key.connection, str(key.record))

    def announced(self, kind: str, key: Key) -> None:
        with self.database.begin() as conn:
            announce(conn, kind, key.connection, str(key.record))

    def reads(self, keys: list[Key]) -> tuple[dict[Key, float], int]:
        """What is told, and how often the database was asked for it."""
        self.epochs.look()
        before = self.database.used
        return self.overrides.of(keys), self.database.used - before


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.database.close()


def test_they_are_read_once_those_without_one_too(stage: Stage) -> None:
    stage.set(ONE, 61)
    stage.set(OTHER, 20)
    assert stage.reads([ONE, TWO, OTHER]) == ({ONE: 61.0, OTHER: 20.0}, 1)
    assert stage.reads([TWO, ONE]) == ({ONE: 61.0}, 0)


def test_whoever_speaks_of_one_record_has_that_one_read_again(stage: Stage) -> None:
    stage.reads([ONE, TWO])
    stage.set(ONE, 61)
    assert stage.reads([TWO]) == ({}, 0)
    assert stage.reads([ONE, TWO]) == ({ONE: 61.0}, 1)
    stage.announced("score", ONE)  # a new score is nobody's word
    assert stage.reads([ONE]) == ({ONE: 61.0}, 0)


def test_what_waits_for_a_second_person_does_not_hold(stage: Stage) -> None:
    stage.set(ONE, 61, Approval.WAITING)
    assert stage.reads([ONE]) == ({}, 1)
    stage.set(ONE, 61, Approval.APPROVED)
    assert stage.reads([ONE]) == ({ONE: 61.0}, 1)


def test_an_erased_record_is_asked_for_anew(stage: Stage) -> None:
    stage.set(ONE, 61)
    stage.reads([ONE])
    with stage.database.begin() as conn:
        conn.exec_driver_sql("DELETE FROM reviews")
    stage.announced(ERASED, ONE)
    assert stage.reads([ONE]) == ({}, 1)


def test_what_was_read_before_somebody_spoke_is_not_believed_though_it_was_put_after(stage: Stage) -> None:
    real = stage.overrides._read

    def slow(keys: list[Key]) -> dict[Key, float]:
        found = real(keys)
        stage.set(ONE, 61)
        stage.epochs.look()
        return found

    stage.overrides._read = slow  # type: ignore[method-assign, assignment]
    assert stage.reads([ONE])[0] == {}
    stage.overrides._read = real  # type: ignore[method-assign]
    assert stage.reads([ONE]) == ({ONE: 61.0}, 1)


def test_while_the_database_is_away_what_is_known_is_told_and_nothing_is_made_up(stage: Stage) -> None:
    stage.set(ONE, 61)
    stage.reads([ONE])
    stage.database.away = True
    assert stage.overrides.of([ONE]) == {ONE: 61.0}
    with pytest.raises(StoreUnavailable):
        stage.overrides.of([TWO])
    stage.database.away = False
