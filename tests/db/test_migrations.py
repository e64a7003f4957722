"""The schema: what the migrations build is what the tables say, and several may start at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from app.db import Database, schema, schema_admin, schema_documents, schema_figures, schema_jobs
from app.db.migrations import is_current, upgrade
from app.db.schema import epoch
from tests.databases import database_url
from tests.db.conftest import Rival
from tests.db.rivals import race


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Of a database in which nothing is yet."""
    with database_url(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    upgrade(database)
    yield database
    database.close()


def test_the_migrations_build_what_the_tables_say(database: Database) -> None:
    with database.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "compare_server_default": True})
        # the tables of every module: what nobody imports would not be compared
        for tables in (schema, schema_admin, schema_documents, schema_figures, schema_jobs):
            assert tables.metadata is schema.metadata
        assert compare_metadata(context, schema.metadata) == []


def test_a_schema_is_the_newest_once_it_was_upgraded(url: str) -> None:
    database = Database(url)
    assert not is_current(database)
    upgrade(database)
    assert is_current(database)
    database.close()


def test_upgrading_again_changes_nothing(database: Database) -> None:
    upgrade(database)
    with database.read() as conn:
        assert conn.execute(select(epoch.c.id, epoch.c.value)).all() == [(1, 0)]


def test_three_processes_may_upgrade_at_once(url: str, rival: Rival) -> None:
    assert race(*(rival("upgrade") for _ in range(3))) == [["upgraded"]] * 3
    database = Database(url)
    with database.read() as conn:
        assert conn.execute(select(epoch.c.id, epoch.c.value)).all() == [(1, 0)]
    database.close()


def test_a_changed_record_is_found_without_reading_its_connection(tmp_path: Path) -> None:
    """An event names a record and no capability; it holds the lock of all writers while it looks."""
    database = Database(f"sqlite:///{tmp_path}/inlay.db")
    upgrade(database)
    query = "SELECT id FROM scores WHERE connection IN ('a', 'b') AND record_type = 'Lead' AND record_id = '1'"
    with database.read() as conn:
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").scalars(3).all()
    database.close()
    assert "connection=? AND record_type=? AND record_id=?" in plan[0]
