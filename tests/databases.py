"""Databases for tests: a SQLite file, or a schema of its own on a PostgreSQL.

The migrations run once on each in a test process; whoever only needs their schema gets a copy (`migrated_url`).
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


@contextlib.contextmanager
def postgres_url() -> Iterator[str]:
    """A URL whose tables nobody else sees; gone afterwards. Skips the test where there is no PostgreSQL."""
    server = services.url(services.POSTGRES)
    schema = f"inlay_{uuid.uuid4().hex[:12]}"
    engine = _engine(server)
    with engine.connect() as conn:
        conn.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        # a test's database need not outlive a power cut
        own = make_url(server).update_query_dict({"options": f"-csearch_path={schema} -csynchronous_commit=off"})
        yield own.render_as_string(hide_password=False)
    finally:
        with engine.connect() as conn:
            conn.execute(text(f"DROP SCHEMA {schema} CASCADE"))


@functools.cache
def _engine(server: str) -> Engine:
    """One connection of a test process makes and drops all schemas."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
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
    with database_url(kind, folder) as url:
        if kind == "sqlite":
            shutil.copy(migrated(), folder / "inlay.db")
        else:
            with contextlib.closing(Database(url)) as database, database.begin() as conn:
                for statements, values in _statements():
                    whole = None if values else {"no_parameters": True}
                    conn.exec_driver_sql(statements, values or None, execution_options=whole)
        yield url


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


def hasty(database: Database) -> None:
    """A test's database need not outlive a power cut: a SQLite file is not forced to the disk."""
    if database.is_sqlite:
        event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))
        database.engine.dispose()


class Moody(Database):
    """A database that can be away, and that counts its reads and writes."""

    away = False
    used = 0

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        self._use()
        with super().read() as conn:
            yield conn

    @contextlib.contextmanager
    def begin(self) -> Iterator[Connection]:
        self._use()
        with super().begin() as conn:
            yield conn

    def _use(self) -> None:
        self.used += 1
        if self.away:
            raise StoreUnavailable
