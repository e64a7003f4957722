"""The backlog: first looks at records that can wait are scored by a job, and nobody waits for it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cachetools import TTLCache

from app.config import CapabilitySettings, is_high
from app.connections import Connection
from app.core.stored import Key
from app.db import Database
from app.db.jobs import Priority, enqueue

SCORE = "score"  # a kind of job
_ASKED_AGAIN_S = 10.0  # a panel that is pending asks each second or two: one job will do


class Backlog:
    """Knows what can wait, and has it done. For all threads."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database, self._clock = database, clock
        self._asked: TTLCache[Key, bool] = TTLCache(50_000, _ASKED_AGAIN_S, timer=clock)
        self._lock = threading.Lock()

    def can_wait(
        self,
        connection: Connection,
        capability: CapabilitySettings,
        keys: Sequence[Key],
        features: Mapping[Key, Mapping[str, Any]],
    ) -> list[Key]:
        """Of records that have no score: those of low priority. None, where the connection has no rules.

        What is of high priority was scored ahead; so what nobody knows yet is low until somebody has read it.
        """
        rules = connection.settings.priority.get(capability.name)
        if not rules:
            return []
        return [key for key in keys if key not in features or not is_high(rules, features[key])]

    def add(self, connection: Connection, capability: CapabilitySettings, keys: Sequence[Key]) -> None:
        """Have them scored when there is time, those that are read from the host. Raises StoreUnavailable."""
        with self._lock:
            new = [key for key in keys if not key.carried and key not in self._asked]
            self._asked.update(dict.fromkeys(new, True))
        if not new:
            return
        records = sorted(str(key.record) for key in new)
        payload = {"connection": connection.name, "capability": capability.name, "records": records}
        name = hashlib.sha256(json.dumps(records).encode()).hexdigest()[:32]
        with self._database.begin() as conn:
            enqueue(
                conn,
                SCORE,
                payload,
                priority=Priority.LOW,
                run_at=self._clock(),
                dedupe_key=f"{SCORE}:{connection.name}:{capability.name}:{name}",
            )
