"""The schema: what the migrations build is what the tables say, and several may start at once."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, insert, inspect, select, text

from app.db import (
    Database,
    migrations,
    schema,
    schema_admin,
    schema_api,
    schema_documents,
    schema_figures,
    schema_jobs,
    schema_seals,
)
from app.db.migrations import is_current, older, upgrade
from app.db.schema import epoch
from tests.databases import database_url, migrated
from tests.db.conftest import Rival
from tests.db.rivals import race

VERSIONS = Path(migrations.__file__).parent / "versions"
REVISIONS = [each.revision for each in ScriptDirectory(str(VERSIONS.parent)).walk_revisions()][1:]
# what a migration may do; without an index the version before is slower, and as right; `get_bind` fills new columns
ADDING = frozenset({"create_table", "create_index", "drop_index", "add_column", "bulk_insert", "get_bind"})


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
        for tables in (schema, schema_admin, schema_api, schema_documents, schema_figures, schema_jobs, schema_seals):
            assert tables.metadata is schema.metadata
        assert compare_metadata(context, schema.metadata) == []
        built = {
            index["name"]
            for table in schema.metadata.tables
            for index in inspect(conn).get_indexes(table)
            if f"{conn.dialect.name}_where" in index.get("dialect_options", {})
        }
        said = {index.name for table in schema.metadata.tables.values() for index in table.indexes if index.info}
        assert built == said  # which Alembic does not compare


def test_a_schema_is_the_newest_once_it_was_upgraded(url: str) -> None:
    database = Database(url)
    assert not is_current(database)
    upgrade(database)
    assert is_current(database)
    database.close()


def test_which_revisions_are_older_is_read_off_their_files_as_alembic_does() -> None:
    """A server asks it without Alembic, which is 8 MB of each of its processes."""
    scripts = ScriptDirectory(str(VERSIONS.parent))
    every = {each.revision for each in scripts.walk_revisions()}
    assert older() == every - {scripts.get_current_head()}
    said = (
        "import sys, app.reloader; print([each for each in sys.modules if each.split('.')[0] in ('alembic', 'mako')])"
    )
    assert subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout == "[]\n"


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


def test_a_node_of_the_version_before_starts_on_a_newer_schema(database: Database) -> None:
    with database.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999_not_ours'"))
    assert is_current(database)
    upgrade(database)
    with database.read() as conn:
        assert conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999_not_ours"


def test_migrations_only_add() -> None:
    """While nodes are replaced one by one, the version before runs on the newer schema: what it knows must stay."""
    for path in sorted(VERSIONS.glob("v*.py")):
        calls = list(operations(ast.parse(path.read_text())))
        assert {name for name, _ in calls} <= ADDING, path.name
        made = {ast.literal_eval(call.args[0]) for name, call in calls if name == "create_table"}
        for name, call in calls:
            if name == "create_index" and any(each.arg == "unique" for each in call.keywords):
                table = ast.literal_eval(call.args[1])
                assert table in made, f"{path.name}: the version before may write rows of {table} that are alike"


def operations(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """What a migration asks of Alembic, by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "op":
                yield node.func.attr, node


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> dict[str, MetaData]:
    """The tables as they were at each revision, of one database that grew up."""
    database, tables = Database(f"sqlite:///{tmp_path_factory.mktemp('history')}/inlay.db"), {}
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    for revision in reversed(REVISIONS):
        with database.begin() as conn:
            config.attributes["connection"] = conn
            command.upgrade(config, revision)
        tables[revision] = MetaData()
        with database.read() as conn:
            tables[revision].reflect(conn)
    upgrade(database)
    assert is_current(database)
    database.close()
    return tables


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_an_older_version_writes_and_reads_goes_on_the_newest_schema(
    tmp_path: Path, history: dict[str, MetaData], revision: str
) -> None:
    """Rows of each table as that version knows it, written and read with its own columns; two are not one row."""
    tables = history[revision]
    shutil.copy(migrated(), tmp_path / "inlay.db")
    database = Database(f"sqlite:///{tmp_path}/inlay.db")
    with database.begin() as conn:
        for table in tables.sorted_tables:
            if table.name in {"alembic_version", "epoch"}:
                continue
            for number in (1, 2):
                conn.execute(insert(table).values({c.name: sample(c, number) for c in table.columns}))
            assert len(conn.execute(select(*table.columns)).all()) == 2, table.name
    database.close()


def sample(column: Column[Any], number: int) -> Any:
    """A value of the column's kind."""
    kind = column.type.python_type
    return bytes([number]) if kind is bytes else kind(number)


def test_a_changed_record_is_found_without_reading_its_connection(tmp_path: Path) -> None:
    """An event names a record and no capability; it holds the lock of all writers while it looks."""
    database = Database(f"sqlite:///{tmp_path}/inlay.db")
    upgrade(database)
    query = "SELECT id FROM scores WHERE connection IN ('a', 'b') AND record_type = 'Lead' AND record_id = '1'"
    with database.read() as conn:
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").scalars(3).all()
    database.close()
    assert "connection=? AND record_type=? AND record_id=?" in plan[0]
