"""One door to the database: read or write transactions, and one error when it is away."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.db.gate import Gate
from app.errors import StoreUnavailable

# 8 request threads and the background (jobs, first looks that go on after their wait); overflow is for bursts. The one
# that was used last is used next: each has its own cache of pages, 2 MB on SQLite, and those of a few do
_POOL = {"pool_size": 12, "max_overflow": 8, "pool_timeout": 5.0, "pool_use_lifo": True}
_BUSY_S = 5.0  # how long a SQLite writer waits for another
_PRAGMAS = (
    "journal_mode = WAL",  # readers never wait for the writer
    # An acknowledged answer must have its audit row after a power cut too. With NORMAL the last commits of a
    # WAL may be lost then; the price of FULL is one fsync a write, and only first views write.
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",  # else what is deleted stays in the file until its place is needed
    "journal_size_limit = 67108864",
)
# a database behind a dead network, or a forgotten lock, must not hold a thread for minutes
_POSTGRES_ARGS = {"connect_timeout": 2, "tcp_user_timeout": 5000}
# a right that was taken away, a table that is gone: mistakes of an operator's, which SQLite calls OperationalError
_CLOSED = frozenset({"42501", "42P01"})
_POSTGRES_OPTIONS = "-c statement_timeout=30000 -c lock_timeout=10000"


class Database:
    """All connections to one database. Pass it in; one for each process.

    `patience_s` is how long a server may keep us waiting for one answer; its own time limits are of no use when it is
    the server that hangs. None: as long as it takes, for upgrades and searches. Databases of one process share a
    `gate`, as they share the threads that answer requests.
    """

    def __init__(self, url: str, patience_s: float | None = None, gate: Gate | None = None) -> None:
        parsed = make_url(url)
        self.gate = gate or Gate()
        self.write_failed_at: float | None = None  # since when no write has succeeded, after one that failed
        if parsed.get_backend_name() == "sqlite":
            _create_private(parsed.database)
            self.engine = create_engine(parsed, connect_args={"timeout": _BUSY_S}, **_POOL)
            _prepare_sqlite(self.engine)
        else:
            # a pooled connection may be older than the database server's last restart
            options = f"{_POSTGRES_OPTIONS} {parsed.query.get('options', '')}"  # the URL's own go last and win
            arguments = {**_POSTGRES_ARGS, "options": options}
            self.engine = create_engine(parsed, connect_args=arguments, pool_pre_ping=True, **_POOL)
            if patience_s is not None:
                _lose_patience(self.engine, patience_s)
        self._writer = self.engine.execution_options(inlay_writes=True)

    @staticmethod
    def exists(url: str) -> bool:
        """Whether there is something to open: to open a SQLite file is to make it. A server is asked by using it."""
        parsed = make_url(url)
        return parsed.get_backend_name() != "sqlite" or Path(parsed.database or "").is_file()

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a SQLite file, and not a PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    @contextlib.contextmanager
    def begin(self) -> Iterator[Connection]:
        """A write transaction: commits at the end, rolls back on any error. Never open one inside another.

        Raises StoreUnavailable when the database is away.
        """
        with self.gate.entered(), self._noted(), _translated(), self._writer.begin() as conn:
            yield conn

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read from; what it sees is of one moment (on SQLite) and it keeps nothing."""
        with self.gate.entered(), _translated(), self.engine.connect() as conn:
            yield conn

    @contextlib.contextmanager
    def patient(self, conn: Connection, seconds: float) -> Iterator[None]:
        """Within this, a statement of the connection may take so long: one that is about a hundred thousand rows."""
        driver: Any = conn.connection.driver_connection
        usual = getattr(driver, "patience_s", None)
        if usual is None:  # a file, or a database that is waited for in any case
            yield
            return
        driver.patience_s = seconds
        try:
            yield
        finally:
            driver.patience_s = usual

    def wipe(self, tables: Sequence[str]) -> bool:
        """See to it that what was deleted from these tables is in no page of theirs, nor in the log of changes; whether
        it is. On SQLite somebody who reads for long may keep the log; what is deleted by `overwriting` is gone then
        with the next wipe. Raises StoreUnavailable."""
        with _translated(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            if not self.is_sqlite:
                for table in tables:
                    conn.exec_driver_sql(f'VACUUM "{table}"')
                return True
            ends = time.monotonic() + _BUSY_S
            while conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one():
                if time.monotonic() > ends:
                    return False
                time.sleep(0.05)
            return True

    def overwriting(self) -> None:
        """From now on, what is deleted here is overwritten, not only forgotten: PostgreSQL's way of it is `wipe`."""
        if self.is_sqlite:
            event.listen(self.engine, "connect", lambda raw, _: raw.execute("PRAGMA secure_delete = ON"))
            self.engine.dispose()

    @contextlib.contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except StoreUnavailable:
            self.write_failed_at = self.write_failed_at or time.time()
            raise
        self.write_failed_at = None

    def copy_to(self, file: Path) -> None:
        """The SQLite database as of one moment, in an empty file, while others write. Raises StoreUnavailable."""
        with _translated(), contextlib.closing(self.engine.raw_connection()) as raw:
            cursor = raw.cursor()  # without a transaction around it, which it does not take
            try:
                cursor.execute("VACUUM INTO ?", (str(file),))
            except sqlite3.OperationalError as error:  # the driver's own: SQLAlchemy is not between
                raise StoreUnavailable(reason="store-not-copied") from error

    def settle_file(self) -> None:
        """Have SQLite's log of writes emptied into its file, as far as readers allow, so that it says nothing older."""
        if self.is_sqlite:
            with _translated(), contextlib.closing(self.engine.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give its connections back."""
        self.engine.dispose()


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, InternalError, PoolTimeoutError) as error:
        raise StoreUnavailable(reason=f"store-{type(error).__name__}") from error
    except DatabaseError as error:
        if type(error) is DatabaseError:  # a damaged file; its subclasses are mistakes of ours
            raise StoreUnavailable(reason="store-damaged") from error
        if getattr(error.orig, "sqlstate", None) in _CLOSED:
            raise StoreUnavailable(reason="store-closed") from error
        raise


def _create_private(path: str | None) -> None:
    """SQLite would create its file readable for all; the files beside it inherit its mode."""
    if path and path != ":memory:":
        with contextlib.suppress(OSError):  # the first connection says it better
            Path(path).touch(mode=0o600)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(raw: Any, _: Any) -> None:
        raw.isolation_level = None  # the driver must not begin by itself: transactions are begun below
        for pragma in _PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(conn: Connection) -> None:
        # A transaction that reads first and writes later can fail at once with SQLITE_BUSY, whatever the
        # timeout; one that says at its begin that it will write waits for its turn.
        writes = conn.get_execution_options().get("inlay_writes", False)
        conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _lose_patience(engine: Engine, usual_s: float) -> None:
    """Have psycopg give a connection up when its server does not answer in time."""
    driver: Any = engine.dialect.loaded_dbapi

    class Impatient(driver.Connection):  # type: ignore[misc]
        patience_s = usual_s

        def wait(self, steps: Generator[Any, Any, Any], *arguments: Any, **named: Any) -> Any:
            return super().wait(self._bounded(steps), *arguments, **named)

        def _bounded(self, steps: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
            """The same steps; between them psycopg says now and then that nothing has come."""
            ends = time.monotonic() + self.patience_s
            try:
                awaited = next(steps)
                while True:
                    come = yield awaited
                    if not come and time.monotonic() > ends:
                        self.pgconn.finish()
                        raise driver.OperationalError("the server does not answer")
                    awaited = steps.send(come)
            except StopIteration as whole:
                return whole.value

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, named: Any) -> Any:
        return Impatient.connect(*arguments, **named)
