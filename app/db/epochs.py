"""Epochs: one number that grows with every change that other processes must know, and the list of changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from app.db import schema
from app.db.database import Database
from app.errors import StoreUnavailable

EVERYTHING = "everything"  # the kind of change that says: you missed some, forget all that you remember
SCORE = "score"  # the kind that says: this record's scores are no longer fresh; its key is the record
RENEWED = "renewed"  # the kind that says: a record has another score, though the one before was still fresh
ERASED = "erased"  # the kind that says: forget all of this record; its key is the record
IMPORTED = "imported"  # the kind that says: many scores of a capability came at once; its key is the capability
_KEEP = 100_000  # changes; a process that is further behind is told EVERYTHING
_PRUNE_EACH = 1_000
# the epoch, and when what was announced last was: a database that fell back and came on again has its numbers anew
_NOW = select(schema.epoch.c.value, schema.epoch.c.life, schema.changes.c.at).select_from(
    schema.epoch.outerjoin(schema.changes, schema.changes.c.epoch == schema.epoch.c.value)
)


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something that is no longer as processes may remember it: a session, a score, a connection."""

    epoch: int
    kind: str
    connection: str = ""
    key: str = ""
    at: float = 0.0


def announce(conn: Connection, kind: str, connection: str = "", key: str = "", *, at: float | None = None) -> int:
    """Tell every process, within the transaction that makes the change; the new epoch.

    The row of the epoch stays locked until the commit. So changes become visible in the order of their
    numbers, without gaps, and a reader that has seen n has seen everything before n.
    """
    return announce_all(conn, kind, [(connection, key)], at=at)


def announce_all(conn: Connection, kind: str, changed: Sequence[tuple[str, str]], *, at: float | None = None) -> int:
    """As many announcements at once, each of a connection and a key, at least one; the last of their epochs."""
    epoch, many = schema.epoch, len(changed)
    grown = update(epoch).where(epoch.c.id == 1).values(value=epoch.c.value + many).returning(epoch.c.value)
    value, now = int(conn.execute(grown).scalar_one()), time.time() if at is None else at
    rows = [
        {"epoch": number, "kind": kind, "connection": connection, "key": key, "at": now}
        for number, (connection, key) in enumerate(changed, value - many + 1)
    ]
    conn.execute(insert(schema.changes), rows)
    if value % _PRUNE_EACH < many:
        conn.execute(delete(schema.changes).where(schema.changes.c.epoch <= value - _KEEP))
    return value


def announced_since(conn: Connection, epoch: int, kind: str, connection: str) -> tuple[int, frozenset[str]]:
    """The epoch now, and the keys of this kind that a connection announced after `epoch`.

    Until the end of the transaction nobody else can announce. So whoever stores something that was computed
    meanwhile either sees the change that outdates it, or is seen by it: announce first, then outdate.
    The lock is shared, so do not announce in the same transaction.
    """
    now = conn.execute(select(schema.epoch.c.value).with_for_update(read=True)).scalar_one()
    c = schema.changes.c
    later = select(c.key).where(c.epoch > epoch, c.kind == kind, c.connection == connection)
    return int(now), frozenset(conn.execute(later).scalars())


def forgetting(*forget: Callable[[str, str], object]) -> Callable[[Announcement], None]:
    """A subscriber: all of these forget an erased record of a connection; ("", "") where nobody knows which it was."""

    def hear(news: Announcement) -> None:
        if news.kind in {ERASED, EVERYTHING}:
            for each in forget:
                each(news.connection, news.key)

    return hear


class Epochs:
    """What epoch it is, read at most every `interval_s`; subscribers hear each change once, in order.

    A subscriber must not raise; if one does, the change comes again, to all: forgetting twice does no harm.
    """

    def __init__(
        self,
        database: Database,
        interval_s: float = 0.25,
        clock: Callable[[], float] = time.monotonic,
        on_failure: Callable[[], None] = lambda: None,
    ) -> None:
        self._database, self._interval = database, interval_s
        self._clock, self._on_failure = clock, on_failure
        self._subscribers: list[Callable[[Announcement], None]] = []
        self._lock = threading.Lock()
        self._read_at = clock()
        self.away = False  # whether the database did not answer our last look
        self._followed = False
        # what changed before we began is in nobody's memory here
        with database.read() as conn:
            row = conn.execute(_NOW).one()
        self._value, self.life = int(row.value), str(row.life)  # epochs of another life say nothing about this one
        self._at: float | None = row.at

    def subscribe(self, callback: Callable[[Announcement], None]) -> None:
        """Call back with each announcement, in the thread that reads."""
        self._subscribers.append(callback)

    def follow(self) -> None:
        """Read all the time in a thread of its own: then nobody else waits for a database that does not answer."""
        self._followed = self._database.gate.watched = True
        threading.Thread(target=self._follow, name="epochs", daemon=True).start()

    def close(self) -> None:
        """Read no more by itself."""
        self._followed = self._database.gate.watched = False

    def current(self) -> int:
        """The epoch, at most `interval_s` old; older while the database is away. Costs a clock reading at most."""
        if self._followed or 0 <= self._clock() - self._read_at < self._interval:  # a clock set back must not stop us
            return self._value
        if self._lock.acquire(blocking=False):  # one thread reads; the others go on with what they have
            try:
                self._look()
            finally:
                self._lock.release()
        return self._value

    def look(self) -> int:
        """Read now, for whoever must see its own change at once."""
        with self._lock:
            self._look()
        return self._value

    def _follow(self) -> None:
        pause = threading.Event()
        while self._followed:
            try:
                self.look()
            except Exception:  # noqa: BLE001 a subscriber broke: the change comes again, and the others must come at all
                self._on_failure()
            pause.wait(self._interval)

    def _look(self) -> None:
        self._read_at = self._clock()
        try:
            news = self._news()
        except StoreUnavailable:
            self.away = True
            self._on_failure()
            return
        self.away = False
        for change in news:
            for tell in self._subscribers:
                tell(change)
            # Only now: whoever sees the new epoch must not find what the change made subscribers forget.
            self._value, self._at = change.epoch, change.at

    def _news(self) -> list[Announcement]:
        known, news = self._read()
        if not known and EVERYTHING not in {each.kind for each in news}:
            self._go_on()
            _, news = self._read()
        if news and news[0].epoch != self._value + 1:
            news.insert(0, Announcement(news[0].epoch - 1, EVERYTHING))
        return news

    def _read(self) -> tuple[bool, list[Announcement]]:
        """Whether the database still knows what we heard last, and what it has announced since."""
        c = schema.changes.c
        columns = select(c.epoch, c.kind, c.connection, c.key, c.at)
        with self._database.read() as conn:
            value, _, at = conn.execute(_NOW).one()
            if value <= self._value:
                return value == self._value and self._is_ours(at), []
            rows = conn.execute(columns.where(c.epoch >= self._value).order_by(c.epoch))
            news = [Announcement(*row) for row in rows]
        known = all(self._is_ours(each.at) for each in news if each.epoch == self._value)
        return known, [each for each in news if each.epoch > self._value]

    def _is_ours(self, at: float | None) -> bool:
        """Of the row with our number; one that is gone says nothing."""
        return at is None or self._at is None or at == self._at

    def _go_on(self) -> None:
        """The database fell back: a standby took over, say, that had not heard all that we have. What it announces now
        has numbers of what we heard before, so its count goes on from ours, and everybody forgets everything.
        """
        with self._database.begin() as conn:
            count = schema.epoch.c
            behind = update(schema.epoch).where(count.id == 1, count.value < self._value)
            conn.execute(behind.values(value=self._value))
            announce(conn, EVERYTHING)
