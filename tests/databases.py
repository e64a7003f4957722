"""Databases for tests: a SQLite file, or a schema of its own on a PostgreSQL of this machine."""

from __future__ import annotations

import contextlib
import functools
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, NullPool, create_engine, text

from app.db import Database
from app.errors import StoreUnavailable

_SERVER = "postgresql+psycopg://root@127.0.0.1/test"


@functools.cache
def _server() -> Engine | None:
    """The PostgreSQL of this machine; None when there is none, or none that lets us in."""
    try:
        engine = create_engine(_SERVER, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        socket.create_connection(("127.0.0.1", 5432), timeout=0.2).close()
        engine.connect().close()
    except Exception:  # noqa: BLE001 whatever is missing: server, driver, role, database
        return None
    return engine


@contextlib.contextmanager
def postgres_url() -> Iterator[str]:
    """A URL whose tables nobody else sees; gone afterwards. Skips the test where there is no PostgreSQL."""
    server = _server()
    if server is None:
        pytest.skip("no PostgreSQL on 127.0.0.1:5432 that lets root into the database test")
    schema = f"inlay_{uuid.uuid4().hex[:12]}"
    with server.connect() as conn:
        conn.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        yield f"{_SERVER}?options=-csearch_path%3D{schema}"
    finally:
        with server.connect() as conn:
            conn.execute(text(f"DROP SCHEMA {schema} CASCADE"))


@contextlib.contextmanager
def database_url(kind: str, folder: Path) -> Iterator[str]:
    """`kind` is sqlite or postgres; for a parametrized fixture."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/inlay.db"
    else:
        with postgres_url() as url:
            yield url


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
