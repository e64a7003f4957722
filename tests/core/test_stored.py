"""The table of scores: the newest of each key, carried ones apart, history in order, outdated in one go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.shapes import Factor, Meaning, Model, Score
from app.core.stored import CARRIED, OUTDATED, Key, Stored, StoredScores
from app.db import Database
from app.launch import Record
from tests.databases import hasty, migrated_url

LEAD = Record("Lead", "1")
KEY = Key("acme", "lead_score", LEAD)
SCORE = Score(
    72.5,
    Meaning.PROBABILITY,
    (Factor("A", -1.5, "why", ("a",)),),
    Model("m", "1"),
    datetime(2026, 11, 23, tzinfo=UTC),
    900,
    0.5,
)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with migrated_url(request.param, tmp_path) as url:
        made = Database(url)
        hasty(made)
        yield made
        made.close()


@pytest.fixture
def scores(database: Database) -> StoredScores:
    return StoredScores(database, lambda plain, context: f"sealed {len(plain)} {context}".encode())


def stored(decision: str, at: float = 1000, key: Key = KEY, value: float = 72.5, **changes: object) -> Stored:
    score = replace(SCORE, value=value)
    made = Stored(decision, key, score, key.carried or "hash", at, at + 900)
    return replace(made, **changes)  # type: ignore[arg-type]


def keep(database: Database, scores: StoredScores, *new: Stored) -> None:
    with database.begin() as conn:
        scores.save(conn, new, {each.decision: {"a": 1} for each in new})


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
        assert scores.outdate(conn, "acme", LEAD)
        assert scores.outdate(conn, "pages", LEAD)
        assert not scores.outdate(conn, "pages", LEAD)  # nothing was fresh any more
        assert not scores.outdate(conn, "acme", Record("Lead", "nobody looked at"))
    found = scores.latest([*keys, near])
    assert [found[key].fresh_until == OUTDATED for key in (*keys, near)] == [True, True, True, False, False]


def test_the_input_is_sealed_in_the_context_of_its_decision(database: Database, scores: StoredScores) -> None:
    keep(database, scores, stored("d1"))
    with database.read() as conn:
        assert bytes(conn.exec_driver_sql("SELECT snapshot FROM scores").scalar_one()) == b"sealed 8 snapshot:d1"


def test_nothing_new_is_nothing_to_do(database: Database, scores: StoredScores) -> None:
    keep(database, scores)
    assert scores.latest([]) == {}
    assert scores.by_decision([]) == {}
