"""Databases for tests: a SQLite file, or a schema of its own on a PostgreSQL."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, make_url, text

from app.db import Database
from app.errors import StoreUnavailable
from tests import services


@contextlib.contextmanager
def postgres_url() -> Iterator[str]:
    """A URL whose tables nobody else sees; gone afterwards. Skips the test where there is no PostgreSQL."""
    server = services.url(services.POSTGRES)
    schema = f"inlay_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as conn:
        conn.execute(text(f"CREATE SCHEMA {schema}"))
    try:
        own = make_url(server).update_query_dict({"options": f"-csearch_path={schema}"})
        yield own.render_as_string(hide_password=False)
    finally:
        with engine.connect() as conn:
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
