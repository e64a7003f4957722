"""Databases for tests: a SQLite file, or a schema of its own on a PostgreSQL.

The migrations run once on each in a test process; whoever only needs their schema gets a copy (`migrated_url`): of
SQLite the file, of PostgreSQL a schema that an earlier test has left as it found it, or a new one.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text

from app.db import Database
from app.db.migrations import upgrade
from app.errors import StoreUnavailable
from tests import services


class _Compiled(dict[tuple[Any, ...], Any]):
    """Statements as SQL, for all engines of one kind: a test's own would compile all it says anew, half of its time."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], value: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), value)


_COMPILED = _Compiled()


@event.listens_for(Engine, "engine_connect")
def _remembers(conn: Connection) -> None:
    conn.execution_options(compiled_cache=_COMPILED)


@contextlib.contextmanager
def postgres_url() -> Iterator[str]:
    """A URL whose tables nobody else sees; gone afterwards. Skips the test where there is no PostgreSQL."""
    schema, url = _made()
    try:
        yield url
    finally:
        _drop(schema)


def _made() -> tuple[str, str]:
    """A new schema's name, and its URL."""
    server = services.url(services.POSTGRES)
    schema = f"inlay_{uuid.uuid4().hex[:12]}"
    with _engine(server).connect() as conn:
        conn.execute(text(f"CREATE SCHEMA {schema}"))
    # a test's database need not outlive a power cut; by its name is seen who is still connected
    options = f"-csearch_path={schema} -csynchronous_commit=off -capplication_name={schema}"
    own = make_url(server).update_query_dict({"options": options})
    return schema, own.render_as_string(hide_password=False)


def _drop(schema: str) -> None:
    with _engine(services.url(services.POSTGRES)).connect() as conn:
        conn.execute(text(f"DROP SCHEMA {schema} CASCADE"))


@functools.cache
def _engine(server: str) -> Engine:
    """One connection of a test process makes and drops all schemas; it too waits for no disk."""
    hasty = {"options": "-csynchronous_commit=off"}
    engine = create_engine(server, isolation_level="AUTOCOMMIT", pool_pre_ping=True, connect_args=hasty)
    atexit.register(engine.dispose)
    return engine


@contextlib.contextmanager
def database_url(kind: str, folder: Path) -> Iterator[str]:
    """`kind` is sqlite or postgres; for a parametrized fixture."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/inlay.db"
    else:
        with postgres_url() as url:
            yield url


@contextlib.contextmanager
def migrated_url(kind: str, folder: Path) -> Iterator[str]:
    """The same with the newest schema in it."""
    if kind == "sqlite":
        shutil.copy(migrated(), folder / "inlay.db")
        yield f"sqlite:///{folder}/inlay.db"
        return
    pattern = _pattern()
    schema, url = pattern.spare.pop() if pattern.spare else _filled()
    try:
        yield url
    finally:
        if pattern.restores(schema):
            pattern.spare.append((schema, url))
        else:
            _drop(schema)


@functools.cache
def migrated() -> Path:
    """An empty SQLite file of the newest schema, made once and copied."""
    path = Path(tempfile.mkdtemp()) / "inlay.db"
    with contextlib.closing(Database(f"sqlite:///{path}")) as database:
        upgrade(database)
        with database.engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    return path


@functools.cache
def _statements() -> list[tuple[str, Any]]:
    """What the migrations say to a PostgreSQL, heard once and said again: in one breath, as far as it has no values."""
    said: list[tuple[str, Any]] = []
    with postgres_url() as url, contextlib.closing(Database(url)) as database:

        @event.listens_for(database.engine, "before_cursor_execute")
        def hear(conn: Connection, cursor: Any, statement: str, values: Any, *_: Any) -> None:
            if statement.lstrip().upper().startswith("SELECT"):
                return
            if values:
                said.append((statement, values))
            elif said and not said[-1][1]:
                said[-1] = (f"{said[-1][0]};\n{statement.replace('%%', '%')}", None)
            else:
                said.append((statement.replace("%%", "%"), None))

        upgrade(database)
    return said


def _filled() -> tuple[str, str]:
    """A new schema with the newest tables in it: its name, and its URL."""
    schema, url = _made()
    with contextlib.closing(Database(url)) as database, database.begin() as conn:
        for statements, values in _statements():
            whole = None if values else {"no_parameters": True}
            conn.exec_driver_sql(statements, values or None, execution_options=whole)
    return schema, url


class _Pattern:
    """A schema that no test writes to, and those that are like it again after a test has used them."""

    def __init__(self) -> None:
        self._engine = _engine(services.url(services.POSTGRES))
        self.schema, _ = _filled()
        self.spare: list[tuple[str, str]] = []  # names and URLs
        self._form = self._form_of(self.schema)

    def restores(self, schema: str) -> bool:
        """Make its rows those of the pattern; False where somebody is still connected, or its form was changed."""
        with self._engine.connect() as conn:
            if conn.execute(_CONNECTED, {"schema": schema}).scalar_one() or self._form_of(schema) != self._form:
                return False
            conn.exec_driver_sql(_RESTORE.replace("own.", f"{schema}.").replace("like.", f"{self.schema}."))
        return True

    def _form_of(self, schema: str) -> list[Any]:
        """Everything in a schema but its rows, and who may do what there."""
        with self._engine.connect() as conn:
            return [tuple(row) for row in conn.execute(_FORM, {"schema": schema})]

    def end(self) -> None:
        for schema in (self.schema, *(each for each, _ in self.spare)):
            _drop(schema)


@functools.cache
def _pattern() -> _Pattern:
    """The one of this test process, gone with it."""
    made = _Pattern()
    atexit.register(made.end)
    return made


_CONNECTED = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = :schema")
_FORM = text(
    "SELECT c.relname, c.relkind::text, c.relacl::text,"
    " replace(coalesce(pg_get_indexdef(i.indexrelid), ''), :schema, ''),"
    " array_agg((a.attname, a.atttypid, a.attnotnull, a.attacl::text)::text ORDER BY a.attnum)::text,"
    " (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid), (SELECT count(*) FROM pg_constraint k"
    " WHERE k.conrelid = c.oid), n.nspacl::text"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid"
    " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
    " WHERE n.nspname = :schema GROUP BY c.oid, n.oid, i.indexrelid ORDER BY c.relname"
)
_RESTORE = """DO $$ DECLARE each record; filled bool; BEGIN
  FOR each IN SELECT relname, relkind FROM pg_class WHERE relnamespace = rtrim('own.', '.')::regnamespace LOOP
    IF each.relkind = 'r' THEN
      EXECUTE format('SELECT EXISTS (SELECT FROM like.%%I)', each.relname) INTO filled;
      EXECUTE format('DELETE FROM own.%%I', each.relname);
      IF filled THEN EXECUTE format('INSERT INTO own.%%I SELECT * FROM like.%%I', each.relname, each.relname); END IF;
    ELSIF each.relkind = 'S' THEN
      EXECUTE format('SELECT setval(''own.%%I'', last_value, is_called) FROM like.%%I', each.relname, each.relname);
    END IF;
  END LOOP;
END $$"""


_HASTY = "PRAGMA synchronous = OFF"


def hasty(database: Database) -> None:
    """A test's database need not outlive a power cut: a SQLite file is not forced to the disk."""
    if database.is_sqlite:
        event.listen(database.engine, "connect", lambda raw, _: raw.execute(_HASTY))
        pool: Any = database.engine.pool
        if pool.checkedin() == 1:  # it has one connection, which need not be opened anew
            with contextlib.closing(database.engine.raw_connection()) as raw:
                raw.driver_connection.execute(_HASTY)
        elif pool.checkedin():
            database.engine.dispose()


class Moody(Database):
    """A database that can be away, and that counts its reads and writes."""

    away = reads_only = False
    used = 0

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        self._use()
        with super().read() as conn:
            yield conn

    @contextlib.contextmanager
    def begin(self) -> Iterator[Connection]:
        self._use()
        if self.reads_only:
            raise StoreUnavailable
        with super().begin() as conn:
            yield conn

    def _use(self) -> None:
        self.used += 1
        if self.away:
            raise StoreUnavailable
