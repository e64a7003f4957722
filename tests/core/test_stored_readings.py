"""The rows of readings: work is begun by one, told by its beats, taken over when it is lost, and never goes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.stored_readings import LOST_S, ReadingKey, ReadingRow, Step, StoredReadings, order
from app.db import Database
from app.launch import Record
from tests.databases import hasty, migrated_url

KEY = ReadingKey("library", "contract_review", Record("driveItem", "a:b"))
SETTLED = {"decision": "d1", "analysis": "a1", "recipe": "r1", "version": "1", "before": None}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with migrated_url("sqlite", tmp_path) as url:
        made = Database(url)
        hasty(made)
        yield made
        made.close()


@pytest.fixture
def table(database: Database) -> StoredReadings:
    return StoredReadings(database)


def begin(database: Database, table: StoredReadings, version: str = "1", now: float = 1000.0) -> bool:
    with database.begin() as conn:
        return table.begin(conn, KEY, version, now)


def row(table: StoredReadings) -> ReadingRow:
    return table.of([KEY])[KEY]


def test_one_begins_and_the_others_leave_it(database: Database, table: StoredReadings) -> None:
    assert table.of([KEY]) == {}
    assert [begin(database, table) for _ in range(3)] == [True, False, False]
    assert begin(database, table, "2")  # another version is another work
    assert begin(database, table, "2", 1000.0 + LOST_S + 1)  # lost


def test_a_beat_keeps_it_from_being_lost(database: Database, table: StoredReadings) -> None:
    begin(database, table)
    table.beat(KEY, "1", 1000.0 + LOST_S)
    assert not begin(database, table, now=1000.0 + LOST_S + 1)
    assert row(table).works_on("1", 1001.0 + LOST_S)


def test_what_is_told_never_goes_back_however_late_it_is_seen(database: Database, table: StoredReadings) -> None:
    """Whatever a look sees of a note is at most what any look sees of the next one: no commit is too slow for that."""
    begin(database, table)
    notes = [(0.1, 3.0), (0.4, 2.0), (0.2, 50.0), (0.41, 9.0), (0.6, 2.0), (0.55, 0.2), (0.9, 0.1), (0.3, 90.0)]
    most = 0.0
    for number, (share, left_s) in enumerate(notes):
        table.tell(KEY, "1", Step("reading", number, 9, share, left_s), 1000.0 + number / 10)
        told = row(table)
        shown = [told.share_by(1000.0 + number / 10 + later) for later in (-5.0, 0.0, 0.05, 1.0, 500.0)]
        assert shown == sorted(shown)
        if told.share_at == 1000.0 + number / 10:  # else it is the note before that is still shown
            assert shown[0] >= most
        most = told.most
        assert (told.done, told.total) == (number, 9)
    assert 0.9 <= most < 1.0


def test_what_was_shown_too_early_waits_for_the_work(database: Database, table: StoredReadings) -> None:
    """And goes on from there as if nothing had been."""
    begin(database, table)
    table.tell(KEY, "1", Step("reading", 1, 9, 0.5, 2.0), 1000.0)
    waits = row(table).most
    assert 0.5 < waits < 0.7
    for n in range(1, 40):  # of fifty seconds' work in truth
        table.tell(KEY, "1", Step("reading", 2, 9, (10 + n) / 50, 40.0 - n), 1000.0 + n)
        assert row(table).share_by(1000.0 + n) == pytest.approx(max(waits, (10 + n) / 50), abs=0.05)


def test_a_new_work_begins_at_nothing(database: Database, table: StoredReadings) -> None:
    begin(database, table)
    table.tell(KEY, "1", Step("analysing", 1, 9, 0.9, 2.0), 1000.0)
    begin(database, table, "2")
    table.tell(KEY, "2", Step("reading", 0, 9, 0.1, 2.0), 1001.0)
    assert row(table).share == 0.1


def test_the_end_forgets_the_work_and_a_failure_keeps_what_was_there(database: Database, table: StoredReadings) -> None:
    begin(database, table)
    with database.begin() as conn:
        table.settle(conn, KEY, SETTLED)
    assert (row(table).work_version, row(table).analysis, row(table).version) == (None, "a1", "1")
    begin(database, table, "2")
    with database.begin() as conn:
        table.fail(conn, KEY, "2", "document-empty", "REF", 2000.0)
    failed = row(table)
    assert (failed.analysis, failed.failed_version, failed.problem, failed.reference) == (
        "a1",
        "2",
        "document-empty",
        "REF",
    )
    begin(database, table, "3")
    assert row(table).problem is None


def test_rows_are_read_together_and_apart(database: Database, table: StoredReadings) -> None:
    keys = [ReadingKey(c, "contract_review", Record("driveItem", i)) for c in ("library", "other") for i in "ab"]
    with database.begin() as conn:
        for key in keys[:3]:
            assert table.begin(conn, key, "1", 1000.0)
    assert table.of(keys).keys() == set(keys[:3])


def test_only_what_was_analysed_is_outdated(database: Database, table: StoredReadings) -> None:
    begin(database, table)
    with database.begin() as conn:
        assert table.outdate(conn, "library", KEY.record) == []
        table.settle(conn, KEY, SETTLED)
        assert table.outdate(conn, "library", KEY.record) == [KEY]
        assert table.outdate(conn, "other", KEY.record) == []


def test_a_document_waits_in_the_queue_once(database: Database) -> None:
    with database.begin() as conn:
        order(conn, KEY, 0, 1000.0, "s1", "word", "1")
        order(conn, KEY, 10, 1000.0)
        [job] = conn.exec_driver_sql("SELECT payload, priority FROM jobs").all()
    assert job.priority == 10
    assert json.loads(job.payload)["viewer_of"] == "word"
