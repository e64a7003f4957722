"""Backups of the key store, which live for days only: so long an erased subject's key may still be somewhere.

A backup is a SQLite file of mode 600, whatever the store is on. The keys in it are wrapped, as in the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, select

from app.db import Database
from app.db.schema_keys import destroyed_keys, subject_keys
from app.errors import ConfigError, Problem
from app.keys.store import KeyStore

_NAME, _TIME = "inlay-keys-*.backup", "%Y%m%dT%H%M%SZ"
_TABLES = (subject_keys, destroyed_keys)


def back_up(store: KeyStore, folder: Path, now: float) -> Path:
    """A new backup in the folder. Raises ConfigError, StoreUnavailable."""
    path = folder / f"inlay-keys-{datetime.fromtimestamp(now, UTC).strftime(_TIME)}.backup"
    part = path.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
    except OSError as error:
        raise _refused(folder, error) from error
    with _opened(part) as copy, store.database.read() as conn:
        with copy.database.begin() as into:
            for table in _TABLES:
                for rows in conn.execute(select(table)).mappings().partitions(1_000):
                    into.execute(insert(table), [dict(row) for row in rows])
        copy.database.wipe([])
    part.rename(path)
    return path


def expire(folder: Path, kept_s: float, now: float) -> list[Path]:
    """Remove the backups that are older; which they were. Goes by their names, so that a copied file ends in time too.
    Raises ConfigError."""
    old = [path for path in sorted(folder.glob(_NAME)) if _made_at(path) <= now - kept_s]
    try:
        for path in old:
            path.unlink()
    except OSError as error:
        raise _refused(folder, error) from error
    return old


def restore(store: KeyStore, backup: Path) -> int:
    """Bring back the keys that the store lacks; how many there are now. Those that were destroyed since must be
    destroyed again, by what the main database knows: `SubjectKeys.destroy_ids`.

    Raises ConfigError, StoreUnavailable.
    """
    if not backup.is_file():
        raise ConfigError([Problem(str(backup), "is not there.", "Name a file of: inlay keys backup")])
    with _opened(backup) as kept, kept.database.read() as conn:
        for rows in conn.execute(select(subject_keys)).mappings().partitions(1_000):
            store.fill([dict(row) for row in rows])
    return sum(store.counts()[0].values())


@contextmanager
def _opened(path: Path) -> Iterator[KeyStore]:
    with closing(KeyStore(Database(f"sqlite:///{path}"))) as copy:
        yield copy


def _made_at(path: Path) -> float:
    """Infinitely long ago for a name that says no time: nobody knows how old it is."""
    try:
        return datetime.strptime(path.stem.removeprefix("inlay-keys-"), _TIME).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return float("-inf")


def _refused(folder: Path, error: OSError) -> ConfigError:
    return ConfigError([Problem(str(folder), f"cannot be used: {error.strerror}.", "Name a folder of this user's.")])
