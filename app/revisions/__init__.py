"""Revisions: the configuration as it was published, in the database, for every process to take over.

Which one holds when a process starts: the file's, where it says what was not published since it was last; else the
newest. So a changed file counts with the next start as it always did, and what was published from a page outlives a
restart, on every node, whichever of these texts its file has.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select

from app.audit.log import AuditLog
from app.db import Database
from app.db.epochs import announce
from app.db.schema import epoch
from app.db.schema_admin import revisions
from app.errors import Superseded

KIND = "configuration"  # of the announcement
MOST_CHANGES = 100  # that are written into one audit row
_MOST_LETTERS = 200  # of a value in it
Source = Literal["file", "page"]
Also = Callable[[Connection, int], None]  # given the number of the new revision

# What a process reads once, when it starts.
AT_START = ("server.bind", "server.port", "server.workers", "server.threads", "server.tls_", "server.drain", "store.")


@dataclass(frozen=True, slots=True)
class Revision:
    """One published configuration. It holds references to secrets, never a secret."""

    number: int
    at: float
    by: str
    source: Source
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that differs between two revisions; None where it is not set."""

    path: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{self.path}: {_short(self.before)} -> {_short(self.after)}"


class Revisions:
    """What was published. Every method raises StoreUnavailable."""

    def __init__(self, database: Database, audit: AuditLog, clock: Callable[[], float]) -> None:
        self._database, self._audit, self._clock = database, audit, clock

    def newest(self) -> Revision | None:
        """What was published last; None where nothing was. Raises StoreUnavailable."""
        return next(iter(self.all(1)), None)

    def all(self, limit: int = 50) -> list[Revision]:
        """The newest first."""
        with self._database.read() as conn:
            return [_read(row) for row in conn.execute(_newest_first().limit(limit))]

    def publish(
        self, text: str, by: str, source: Source, over: int | None = None, also: Also | None = None
    ) -> Revision:
        """Make this the configuration of every process; validate it first. `also` is done in the same transaction.

        Also a text that is the configuration already: what it refers to (secrets, keys) is read again then.
        Raises Superseded where the newest revision is not `over`, which the text was made from.
        """
        with self._database.begin() as conn:
            revision = self._publish(conn, text, by, source, over)
            if also:
                also(conn, revision.number)
            return revision

    def start_with(self, text: str, by: str) -> Revision:
        """What a process begins with, whose file says `text`: the newest revision, or the file where it was changed."""
        with self._database.begin() as conn:  # one at a time: several processes start at once
            newest = conn.execute(_newest_first().limit(1)).first()
            of_file = conn.execute(_newest_first().where(revisions.c.source == "file").limit(1)).first()
            if newest is None or of_file is None or not self._is_known(conn, text, of_file.number):
                return self._publish(conn, text, by, "file")
            return _read(newest)

    def _is_known(self, conn: Connection, text: str, since: int) -> bool:
        """Whether a file says what was published by then or later, so that it is only behind."""
        later = select(revisions.c.number).where(revisions.c.number >= since, revisions.c.text == text)
        return conn.execute(later.limit(1)).first() is not None

    def _publish(self, conn: Connection, text: str, by: str, source: Source, over: int | None = None) -> Revision:
        now = self._clock()
        conn.execute(select(epoch.c.value).with_for_update())  # of two at once, one sees the other's revision
        before = conn.execute(_newest_first().limit(1)).first()
        if over is not None and (before.number if before else 0) != over:
            raise Superseded
        row = {"at": now, "by": by, "source": source, "text": text}
        number = int(conn.execute(insert(revisions).values(row).returning(revisions.c.number)).scalar_one())
        changes = [str(each) for each in differences(before.text if before else "", text)] if before else []
        facts = {"admin": by, "revision": number, "source": source, "changes": changes[:MOST_CHANGES]}
        self._audit.write("configuration.changed", conn=conn, detail=facts)
        announce(conn, KIND, key=str(number), at=now)
        return Revision(number, now, by, source, text)


def differences(before: str, after: str) -> list[Change]:
    """The settings that differ, by their paths."""
    old, new = dict(_flat(tomllib.loads(before))), dict(_flat(tomllib.loads(after)))
    return [
        Change(path, old.get(path), new.get(path))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    ]


def late(changes: Iterable[Change]) -> list[str]:
    """The settings among these that only a restart takes over."""
    return [each.path for each in changes if each.path.startswith(AT_START)]


def _flat(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        path = f"{above}.{key}" if above else key
        if isinstance(value, Mapping):
            yield from _flat(value, path)
        else:
            yield path, value


def _newest_first() -> Any:
    return select(revisions).order_by(revisions.c.number.desc())


def _read(row: Row[Any]) -> Revision:
    return Revision(row.number, row.at, row.by, row.source, row.text)


def _short(value: Any) -> str:
    said = "not set" if value is None else repr(value)
    return said if len(said) <= _MOST_LETTERS else f"{said[:_MOST_LETTERS]}..."
