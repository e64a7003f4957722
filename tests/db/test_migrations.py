"""The schema: what the migrations build is what the tables say, and several may start at once."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from app.db import Database
from app.db.migrations import upgrade
from app.db.schema import epoch, metadata
from sqlalchemy import select

from tests.db.conftest import Rival
from tests.db.rivals import race


def test_the_migrations_build_what_the_tables_say(database: Database) -> None:
    with database.read() as conn:
        context = MigrationContext.configure(
            conn, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


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
