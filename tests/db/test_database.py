"""The door to the database: transactions that hold, and one error when it is away."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app.db import Database
from app.db.migrations import upgrade
from app.db.schema import epoch, used_launches
from app.errors import StoreUnavailable
from tests.databases import postgres_url

ROW = {"connection": "crm", "used_key": "k", "used_until": 1.0}


def test_begin_commits(database: Database) -> None:
    with database.begin() as conn:
        conn.execute(insert(used_launches).values(ROW))
    with database.read() as conn:
        assert conn.execute(select(func.count()).select_from(used_launches)).scalar_one() == 1


def test_begin_rolls_back_on_any_error(database: Database) -> None:
    def write_and_fail() -> None:
        with database.begin() as conn:
            conn.execute(insert(used_launches).values(ROW))
            raise RuntimeError("our own")

    with pytest.raises(RuntimeError, match="our own"):
        write_and_fail()
    with database.read() as conn:
        assert conn.execute(select(func.count()).select_from(used_launches)).scalar_one() == 0


def test_a_mistake_of_ours_is_not_called_an_outage(database: Database) -> None:
    with pytest.raises(IntegrityError), database.begin() as conn:
        conn.execute(insert(used_launches), [ROW, ROW])


def test_a_read_that_leads_to_a_write_loses_nothing(database: Database) -> None:
    """Eight threads read, then write what they read. Without BEGIN IMMEDIATE, SQLite refuses some at once."""

    def grow() -> None:
        for _ in range(5):
            with database.begin() as conn:
                value = conn.execute(select(epoch.c.value).with_for_update()).scalar_one()
                conn.execute(update(epoch).values(value=value + 1))

    threads = [threading.Thread(target=grow) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as conn:
        assert conn.execute(select(epoch.c.value)).scalar_one() == 40


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.begin() as writer:
        writer.execute(insert(used_launches).values(ROW))
        with database.read() as reader:
            assert reader.execute(select(func.count()).select_from(used_launches)).scalar_one() == 0


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "postgresql+psycopg://root@127.0.0.1:1/test"])
def test_a_database_that_is_away(url: str) -> None:
    database = Database(url)
    for way in (database.read, database.begin):
        with pytest.raises(StoreUnavailable), way() as conn:
            conn.execute(text("SELECT 1"))
    database.close()


def test_a_server_that_hangs_is_given_up_and_the_next_connection_is_a_new_one() -> None:
    with postgres_url() as url:
        database = Database(url, patience_s=0.3)
        for way in (database.read, database.begin):
            began = time.monotonic()
            with pytest.raises(StoreUnavailable), way() as conn:
                conn.execute(text("SELECT pg_sleep(10)"))
            assert time.monotonic() - began < 5
            with way() as conn:
                assert conn.execute(text("SELECT 1")).scalar_one() == 1
        database.close()


def test_a_statement_about_very_many_rows_is_waited_for_and_only_that(tmp_path: Path) -> None:
    """A batch of 100,000 scores is published by one, which a busy server takes seconds for."""
    with postgres_url() as url, closing(Database(url, patience_s=0.3)) as database:
        for _ in range(2):
            with database.begin() as conn, database.patient(conn, 5.0):
                conn.execute(text("SELECT pg_sleep(0.8)"))
            with pytest.raises(StoreUnavailable), database.begin() as conn:
                conn.execute(text("SELECT pg_sleep(0.8)"))
    with (
        closing(Database(f"sqlite:///{tmp_path}/inlay.db", 0.3)) as file,
        file.begin() as conn,
        file.patient(conn, 5.0),
    ):
        assert conn.execute(text("SELECT 1")).scalar_one() == 1


def test_a_damaged_file_is_an_outage_too(tmp_path: Path) -> None:
    (tmp_path / "inlay.db").write_bytes(b"this is not a database" * 100)
    database = Database(f"sqlite:///{tmp_path}/inlay.db")
    with pytest.raises(StoreUnavailable):
        upgrade(database)
    database.close()


def test_the_file_is_ours_alone_and_survives_a_power_cut(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/inlay.db")
    upgrade(database)
    with database.read() as conn:
        assert conn.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert conn.execute(text("PRAGMA synchronous")).scalar_one() == 2
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    database.close()


def test_to_ask_whether_it_is_there_makes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "inlay.db"
    assert not Database.exists(f"sqlite:///{path}")
    assert not path.exists()
    path.touch()
    assert Database.exists(f"sqlite:///{path}")
    assert Database.exists("postgresql+psycopg://127.0.0.1/inlay")  # only using it tells
