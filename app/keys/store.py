"""The key store's rows: made once for each subject by whoever comes first, and destroyed so that no byte stays."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, make_url, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from app.db import Database
from app.db.insert_new import insert_all_new, insert_new
from app.db.schema_keys import destroyed_keys, key_metadata, subject_keys
from app.errors import ConfigError, Problem

_LOCK = 0x1A7E1DC  # any fixed number; PostgreSQL locks by it
_MANY = 400  # values in one statement: SQLite takes 999 at least
_c = subject_keys.c


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One subject's key, wrapped. Times are seconds since the epoch."""

    id: str
    subject: str
    connection: str
    wrapped: bytes
    wrapped_by: str
    created_at: float


class KeyStore:
    """All rows. Every method raises StoreUnavailable. The tables are made by whoever comes first; `file` is the
    database, in which they may not be yet."""

    def __init__(self, database: Database) -> None:
        self.file, self._is_ready = database, False
        self._lock = threading.Lock()
        database.overwriting()

    @property
    def database(self) -> Database:
        """With its tables in it."""
        if not self._is_ready:
            with self._lock, self.file.begin() as conn:
                if not self.file.is_sqlite:
                    conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                key_metadata.create_all(conn)
            self._is_ready = True
        return self.file

    def close(self) -> None:
        """Give its connections back."""
        self.file.close()

    def of_subjects(self, subjects: Collection[str]) -> dict[str, KeyRow]:
        """The keys that there are, by subject."""
        return {each.subject: each for each in self._where(_c.subject, subjects)}

    def of_ids(self, ids: Collection[str]) -> dict[str, KeyRow]:
        """The keys that there are, by id."""
        return {each.id: each for each in self._where(_c.id, ids)}

    def of_connection(self, connection: str) -> list[str]:
        """The ids of a connection's keys."""
        with self.database.read() as conn:
            return list(conn.execute(select(_c.id).where(_c.connection == connection)).scalars())

    def add(self, rows: Sequence[KeyRow]) -> None:
        """Keep those whose subjects have no key yet."""
        with self.database.begin() as conn:
            insert_all_new(conn, subject_keys, [_values(each) for each in rows], ("subject",))

    def destroy(self, subjects: Collection[str], ids: Collection[str], now: float) -> list[str]:
        """Delete the keys of these subjects, and these keys; the ids of those that were there. Nothing of them stays
        in the store: not in its free pages, nor in the log of its changes."""
        with self.database.begin() as conn:
            gone = [each.id for column, named in ((_c.subject, subjects), (_c.id, ids))
                    for each in _deleted(conn, column, named)]  # fmt: skip
            for each in gone:
                insert_new(conn, destroyed_keys, {"id": each, "at": now}, ("id",))
        if gone:
            self.database.wipe(["subject_keys"])
        return gone

    def is_destroyed(self, key_id: str) -> bool:
        """Whether a key of this id was destroyed once, whatever was restored since."""
        with self.database.read() as conn:
            return conn.execute(select(destroyed_keys.c.id).where(destroyed_keys.c.id == key_id)).first() is not None

    def wrapped_otherwise(self, newest: str, after: str, most: int) -> list[KeyRow]:
        """So many keys behind an id that the newest key does not wrap yet."""
        old = (_c.wrapped_by != newest, _c.id > after)
        with self.database.read() as conn:
            rows = conn.execute(select(subject_keys).where(*old).order_by(_c.id).limit(most))
            return [_row(each) for each in rows]

    def rewrap(self, row: KeyRow, wrapped: bytes, wrapped_by: str, conn: Connection) -> bool:
        """Unless somebody else did, or destroyed it."""
        same = (_c.id == row.id, _c.wrapped_by == row.wrapped_by)
        changed = conn.execute(update(subject_keys).where(*same).values(wrapped=wrapped, wrapped_by=wrapped_by))
        return changed.rowcount == 1

    def counts(self) -> tuple[Mapping[str, int], int]:
        """How many keys each key wraps, by its name; and how many were destroyed."""
        with self.database.read() as conn:
            rows = conn.execute(select(_c.wrapped_by, func.count().label("n")).group_by(_c.wrapped_by)).all()
            gone = conn.execute(select(func.count()).select_from(destroyed_keys)).scalar_one()
        return {row.wrapped_by: row.n for row in rows}, int(gone)

    def fill(self, keys: Sequence[Mapping[str, Any]]) -> None:
        """Rows of a backup, but for subjects that have a key, and for keys that were destroyed."""
        with self.database.begin() as conn:
            named = select(destroyed_keys.c.id).where(destroyed_keys.c.id.in_([each["id"] for each in keys]))
            gone = set(conn.execute(named).scalars())
            if rows := [each for each in keys if each["id"] not in gone]:
                insert_all_new(conn, subject_keys, rows, ("subject",))

    def _where(self, column: Any, named: Collection[str]) -> list[KeyRow]:
        found: list[KeyRow] = []
        with self.database.read() as conn:
            for some in _some(named):
                found += [_row(each) for each in conn.execute(select(subject_keys).where(column.in_(some)))]
        return found


def make(url: str, beside: Database, *, is_ours: bool) -> None:
    """See to it that there is a database at the key store's URL, on the server of the main one, if it is we who named
    it. Raises ConfigError where we may not."""
    parsed = make_url(url)
    if not is_ours or parsed.get_backend_name() == "sqlite":
        return
    name = parsed.database or ""
    try:
        with beside.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            known = text("SELECT 1 FROM pg_database WHERE datname = :name")
            if conn.execute(known, {"name": name}).first() is None:
                conn.exec_driver_sql(f"CREATE DATABASE {conn.dialect.identifier_preparer.quote(name)}")
    except (ProgrammingError, OperationalError) as error:
        if "already exists" in str(error.orig):  # another process came first
            return
        mend = f'Have it made: CREATE DATABASE "{name}"; or name another, best on another server.'
        raise ConfigError([Problem("[store] key_store", f"there is no database {name}.", mend)]) from error
    except IntegrityError:  # at the same moment
        return


def _deleted(conn: Connection, column: Any, named: Collection[str]) -> list[Any]:
    gone: list[Any] = []
    for some in _some(named):
        gone += conn.execute(delete(subject_keys).where(column.in_(some)).returning(_c.id)).all()
    return gone


def _some(named: Collection[str]) -> Iterable[list[str]]:
    every = list(named)
    return (every[at : at + _MANY] for at in range(0, len(every), _MANY))


def _values(row: KeyRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in KeyRow.__slots__}


def _row(row: Any) -> KeyRow:
    return KeyRow(row.id, row.subject, row.connection, bytes(row.wrapped), row.wrapped_by, row.created_at)
