"""The levels of the cache: this process' memory, then what all share, then the database, which is the truth."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from app.core.cache import Cache
from app.core.changes import Changes
from app.core.shared import Kept, SharedScores, size
from app.core.stored import Key, Stored, StoredScores
from app.metrics import Metrics


class Levels:
    """The newest score of each key that has one, as far as it may be believed (`app.core.changes`).

    A level is asked in one go for all keys that the levels before it did not know, or knew as aged only: another
    process may have a new score by now.
    """

    def __init__(
        self, stored: StoredScores, shared: SharedScores | None, changes: Changes, metrics: Metrics, max_bytes: int
    ) -> None:
        """`shared` is None where there is no Redis: then the database is what processes share."""
        self._stored, self._shared = stored, shared
        self._changes, self._metrics = changes, metrics
        self._memory: Cache[Key, Kept] = Cache(max_bytes, size)

    def remembered(self, keys: Iterable[Key]) -> dict[Key, Stored]:
        """What this process remembers."""
        return self._believed(self._memory.get_many(keys))

    def look(self, keys: Sequence[Key], now: float) -> dict[Key, Stored]:
        """What the others know of keys that memory knows nothing fresh of. Raises StoreUnavailable."""
        epoch = self._changes.now  # before anything is read
        found = self._read_shared(keys, now)
        missing = [key for key in keys if key not in found]
        if missing:
            read = {key: Kept(each, epoch) for key, each in self._stored.latest(missing).items()}
            self._count("database", len(read), len(missing))
            found |= read
            if self._shared is not None and read:
                self._shared.put(read.values(), now)
        self._remember(found)
        return {key: each.stored for key, each in found.items()}

    def keep(self, decided: Iterable[Stored], epoch: int, now: float) -> None:
        """Everywhere, what is in the database already; `epoch` is that of the transaction that put it there."""
        new = {each.key: Kept(each, epoch) for each in decided}
        if new:
            self._remember(new)
            if self._shared is not None:
                self._shared.put(new.values(), now)

    def forget(self, connection: str, record: str) -> None:
        """This process' memory loses all of a record; without a name, of everybody."""
        self._memory.drop(lambda key: not record or (key.connection, str(key.record)) == (connection, record))

    def close(self) -> None:
        """Give Redis' connections back, where there is one."""
        if self._shared is not None:
            self._shared.close()

    def count_remembered(self, found: Collection[Key], asked: Collection[Key]) -> None:
        """For the metrics, by whoever looked on behalf of viewers."""
        self._count("memory", len(found), len(asked))

    def _read_shared(self, keys: Sequence[Key], now: float) -> dict[Key, Kept]:
        """What is believed and fresh of what all share: an aged score is asked of the truth before it is shown."""
        if self._shared is None or not keys:
            return {}
        entries = self._shared.get(keys)
        newest = max((each.epoch for each in entries.values()), default=0)
        believed = self._believed(entries) if self._changes.knows(newest) else {}
        fresh = {key: entries[key] for key, each in believed.items() if each.fresh_until > now}
        self._count("redis", len(fresh), len(keys))
        return fresh

    def _believed(self, entries: Mapping[Key, Kept]) -> dict[Key, Stored]:
        return {
            key: each.stored
            for key, each in entries.items()
            if each.epoch >= self._changes.since(key) and self._stored.is_shown(each.stored)
        }

    def _remember(self, entries: Mapping[Key, Kept]) -> None:
        self._memory.put_many(entries)
        self._metrics.gauge("cache_bytes", self._memory.bytes, level="memory")

    def _count(self, level: str, hits: int, asked: int) -> None:
        if hits:
            self._metrics.count("cache", n=hits, level=level, outcome="hit")
        if asked > hits:
            self._metrics.count("cache", n=asked - hits, level=level, outcome="miss")
