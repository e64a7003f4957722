"""The table of scores: the newest of each key, carried ones apart, history in order, outdated in one go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from app.core.stored import CARRIED, OUTDATED, Key, StoredScores
from app.db import Database
from app.keys.subjects import Sealing
from app.launch import Record
from tests.core.scored import KEY, LEAD, keep, stored
from tests.databases import hasty, migrated_url


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with migrated_url(request.param, tmp_path) as url:
        made = Database(url)
        hasty(made)
        yield made
        made.close()


@pytest.fixture
def scores(database: Database) -> StoredScores:
    return StoredScores(database, Marked())


class Marked:
    """Seals by adding whose it is and where it lies; `gone` are records whose keys are destroyed."""

    def __init__(self, *gone: str) -> None:
        self.gone = gone

    def seal_all(self, items: Sequence[Sealing], *, remembered: bool = True) -> list[bytes]:
        return [f"{one.context} {one.connection} {one.record}|".encode() + one.plaintext for one in items]

    def open_all(self, items: Sequence[tuple[bytes, str]]) -> list[bytes | None]:
        opened: list[bytes | None] = []
        for sealed, context in items:
            place, _, plain = sealed.partition(b"|")
            assert place.startswith(f"{context} ".encode())
            opened.append(None if place.decode().endswith(self.gone or ("?",)) else plain)
        return opened


def test_what_was_kept_comes_back(database: Database, scores: StoredScores) -> None:
    one = stored("d1")
    keep(database, scores, one)
    assert scores.latest([KEY]) == {KEY: one}
    assert scores.by_decision(["d1", "nothing"]) == {"d1": one}


def test_the_newest_of_each_record(database: Database, scores: StoredScores) -> None:
    other = replace(KEY, record=Record("Lead", "2"))
    keep(database, scores, stored("d1", 1000), stored("d3", 3000), stored("d2", 2000), stored("o1", 500, other))
    found = scores.latest([KEY, other, replace(KEY, record=Record("Lead", "3"))])
    assert {key.record.id: each.decision for key, each in found.items()} == {"1": "d3", "2": "o1"}


@pytest.mark.parametrize(
    "other",
    [
        replace(KEY, connection="b"),
        replace(KEY, capability="c"),
        replace(KEY, record=Record("Case", "1")),
        replace(KEY, carried=CARRIED + "x"),
        replace(KEY, arm="b"),
    ],
)
def test_nothing_of_another_key_is_found(database: Database, scores: StoredScores, other: Key) -> None:
    keep(database, scores, stored("d1", key=other))
    assert scores.latest([KEY]) == {}
    assert scores.history(KEY, 9) == []


def test_a_carried_score_is_found_by_what_was_carried_only(database: Database, scores: StoredScores) -> None:
    mine, theirs = replace(KEY, carried=CARRIED + "m"), replace(KEY, carried=CARRIED + "t")
    keep(database, scores, stored("d1"), stored("d2", 2000, mine), stored("d3", 3000, theirs))
    found = scores.latest([KEY, mine, theirs])
    assert {key.carried: each.decision for key, each in found.items()} == {
        "": "d1",
        mine.carried: "d2",
        theirs.carried: "d3",
    }


def test_many_keys_of_all_kinds_are_one_question_and_one_for_carried_ones(
    database: Database, scores: StoredScores
) -> None:
    keys = [
        Key(connection, capability, Record(kind, str(n)), carried, arm)
        for connection in ("acme", "b")
        for capability in ("lead_score", "c")
        for kind in ("Lead", "Case")
        for carried in ("", CARRIED + "x")
        for arm in ("", "b")
        for n in range(3)
    ]
    keep(database, scores, *(stored(f"d{n}", key=key) for n, key in enumerate(keys)))
    asked: list[str] = []

    def note(conn: object, cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    found = scores.latest(keys)
    assert {key: each.decision for key, each in found.items()} == {key: f"d{n}" for n, key in enumerate(keys)}
    assert sum("scores" in each for each in asked) == 2


@pytest.mark.parametrize("carried", ["", CARRIED + "x"])
def test_how_long_a_history_is_costs_nothing(database: Database, scores: StoredScores, carried: str) -> None:
    """The plan walks an index down to one row, and sorts at most those of one moment."""
    key = replace(KEY, carried=carried)
    keep(database, scores, *(stored(f"d{n}", 1000.0 + n, key) for n in range(300)))
    plans: list[str] = []

    def explain(conn: Connection, cursor: object, statement: str, parameters: object, *_: object) -> None:
        if "scores" in statement and "EXPLAIN" not in statement:
            word = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
            plans.append("\n".join(str(row[-1]) for row in conn.exec_driver_sql(word + statement, parameters)))

    with database.begin() as conn:
        conn.exec_driver_sql("ANALYZE")
    event.listen(database.engine, "before_cursor_execute", explain)
    assert scores.latest([key])[key].decision == "d299"
    index = "scores_carried" if carried else "scores_record"
    [plan] = plans
    assert index in plan, plan
    assert "TEMP B-TREE FOR ORDER BY" not in plan  # "FOR LAST TERM OF ORDER BY" is of one moment
    assert "Seq Scan" not in plan


def test_history_is_the_last_values_oldest_first(database: Database, scores: StoredScores) -> None:
    keep(database, scores, *(stored(f"d{n}", 1000.0 + n, value=float(n)) for n in range(5)))
    assert [value for _, value in scores.history(KEY, 3)] == [2, 3, 4]
    assert scores.history(KEY, 1)[0][0] == datetime.fromtimestamp(1004, UTC)


def test_outdating_reaches_all_capabilities_of_the_named_connection(database: Database, scores: StoredScores) -> None:
    keys = [
        KEY,
        replace(KEY, capability="other"),
        replace(KEY, connection="pages"),
        replace(KEY, connection="far"),
    ]
    near = replace(KEY, record=Record("Lead", "2"))
    keep(database, scores, *(stored(f"d{n}", key=key) for n, key in enumerate([*keys, near])))
    with database.begin() as conn:
        assert scores.outdate(conn, "acme", [Record("Lead", "nobody looked at"), LEAD]) == [LEAD]
        assert scores.outdate(conn, "pages", [LEAD]) == [LEAD]
        assert scores.outdate(conn, "pages", [LEAD]) == []  # nothing was fresh any more
    found = scores.latest([*keys, near])
    assert [found[key].fresh_until == OUTDATED for key in (*keys, near)] == [True, True, True, False, False]


def test_input_and_reasons_are_sealed_by_their_subject_s_key_each_in_its_place(
    database: Database, scores: StoredScores
) -> None:
    keep(database, scores, stored("d1"))
    with database.read() as conn:
        row = conn.exec_driver_sql("SELECT factors, snapshot, reasons FROM scores").one()
    assert row.factors == "[]"
    assert bytes(row.snapshot) == b'snapshot:d1 acme Lead/1|{"a": 1}'
    assert bytes(row.reasons).startswith(b"reasons:d1 acme Lead/1|")
    decided = scores.decided(["d1", "unknown"])["d1"]
    assert (decided.stored, decided.snapshot, decided.erased_at) == (stored("d1"), {"a": 1}, None)


def test_what_no_key_opens_any_more_is_as_if_it_were_not_there(database: Database, scores: StoredScores) -> None:
    """A backup of the database from before an erasure, brought back: the rows are there, their keys are not."""
    other = replace(KEY, record=Record("Lead", "2"))
    keep(database, scores, stored("d1"), stored("d2", key=other))
    without = StoredScores(database, Marked("Lead/1"))
    assert without.latest([KEY, other]).keys() == {other}
    assert without.by_decision(["d1", "d2"]).keys() == {"d2"}
    decided = without.decided(["d1"])["d1"]
    assert (decided.stored.score.factors, decided.snapshot) == ((), None)


def test_nothing_new_is_nothing_to_do(database: Database, scores: StoredScores) -> None:
    keep(database, scores)
    assert scores.latest([]) == {}
    assert scores.by_decision([]) == {}


def test_what_a_dropped_core_said_is_found_by_its_decision_only(database: Database, scores: StoredScores) -> None:
    new, old = "0123456789abcdef", "fedcba9876543210"
    keep(database, scores, stored("d1", 1000, core=old), stored("d2", 2000, core=new), stored("d3", 1500))
    later = StoredScores(database, Marked(), {KEY.capability: frozenset({new, "another"})})
    assert later.latest([KEY])[KEY].decision == "d3"  # of before we wrote down whose it was
    assert len(later.history(KEY, 9)) == 2
    assert later.by_decision(["d2"])["d2"].core == new
    assert not later.is_shown(stored("d2", core=new))
    assert StoredScores(database, Marked(), {"another": frozenset({new})}).latest([KEY])[KEY].decision == "d2"
