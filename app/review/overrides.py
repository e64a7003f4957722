"""What viewers set in the place of scores, where that holds: remembered, since every badge is told of it."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence

from cachetools import LRUCache

from app.core.changes import Changes
from app.core.stored import Key
from app.db import Database
from app.db import reviews as rows
from app.db.epochs import ERASED, Epochs
from app.review.change import ANNOUNCED

_MOST = 20_000  # records, those without one too


class Overrides:
    """Believed as scores are (`app.core.changes`): as of an epoch, until somebody speaks of the record. For all
    threads."""

    def __init__(self, database: Database, epochs: Epochs) -> None:
        self._database, self._changes = database, Changes(epochs, kinds=frozenset({ANNOUNCED, ERASED}))
        self._kept: LRUCache[Key, tuple[int, float | None]] = LRUCache(_MOST)
        self._lock = threading.Lock()

    def of(self, keys: Sequence[Key]) -> dict[Key, float]:
        """Those that there are. A key's connection is the one that the record is read by. Raises StoreUnavailable."""
        epoch = self._changes.now  # before anything is read
        with self._lock:
            kept = {key: self._kept[key] for key in keys if key in self._kept}
        found = {key: value for key, (at, value) in kept.items() if at >= self._changes.since(key)}
        if missing := [key for key in keys if key not in found]:
            read = self._read(missing)
            with self._lock:
                self._kept.update({key: (epoch, read.get(key)) for key in missing})
            found |= read
        return {key: value for key, value in found.items() if value is not None}

    def _read(self, keys: Sequence[Key]) -> dict[Key, float]:
        groups: dict[tuple[str, str, str], dict[str, Key]] = defaultdict(dict)
        for key in keys:
            groups[key.connection, key.capability, key.record.type][key.record.id] = key
        with self._database.read() as conn:
            return {
                by_id[name]: value
                for group, by_id in groups.items()
                for name, value in rows.overrides(conn, *group, by_id).items()
            }
