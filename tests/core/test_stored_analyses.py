"""Analyses in the database: sealed, once for each content, and the same when they come back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.parse_analysis import parse_analysis
from app.core.stored_analyses import Content, StoredAnalyses
from app.db import Database
from app.keys import Keyring, SealBroken
from tests.core.analysing import analysis
from tests.core.test_parse_analysis import TEXT, Passages
from tests.databases import hasty, migrated_url

CONTENT = Content("library", "a" * 64, "r1")
ANALYSIS = parse_analysis(analysis(TEXT), Passages())
KEYS = Keyring.from_secrets([b"k" * 40])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with migrated_url("sqlite", tmp_path) as url:
        made = Database(url)
        hasty(made)
        yield made
        made.close()


def table(database: Database) -> StoredAnalyses:
    return StoredAnalyses(database, KEYS.seal, KEYS.open)


def save(database: Database, content: Content = CONTENT) -> str:
    with database.begin() as conn:
        return table(database).save(conn, content, ANALYSIS, 3, 1000.0)


def test_what_was_kept_comes_back_as_it_was(database: Database) -> None:
    kept = save(database)
    stored = table(database)
    found = stored.find(CONTENT)
    assert found is not None
    assert (found.id, found.analysis, found.pages, found.stored_at) == (kept, ANALYSIS, 3, 1000.0)
    assert stored.get(kept) is found  # from memory
    assert table(database).get("no-such") is None


def test_a_content_is_kept_once_for_a_customer_and_a_recipe(database: Database) -> None:
    assert save(database) == save(database)
    others = [replace(CONTENT, connection="other"), replace(CONTENT, recipe="r2"), replace(CONTENT, content_hash="b")]
    assert table(database).find(others[0]) is None
    assert len({save(database), *(save(database, each) for each in others)}) == 4


def test_two_who_asked_at_the_same_time_have_the_same(database: Database) -> None:
    kept: list[str] = []
    threads = [threading.Thread(target=lambda: kept.append(save(database))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(kept), len(set(kept))) == (4, 1)


def test_nothing_of_a_document_lies_in_the_clear_and_no_row_can_take_anothers_place(database: Database) -> None:
    one, other = save(database), save(database, replace(CONTENT, content_hash="b" * 64))
    with database.begin() as conn:
        bodies = conn.exec_driver_sql("SELECT body FROM analyses").scalars().all()
        assert not [body for body in bodies if b"Delaware" in body]
        conn.exec_driver_sql("UPDATE analyses SET body = (SELECT body FROM analyses WHERE id = ?)", (other,))
    with pytest.raises(SealBroken):
        table(database).get(one)
