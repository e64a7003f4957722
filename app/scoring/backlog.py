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
from app.core.misses import Miss
from app.core.stored import Key
from app.db import Database
from app.db.jobs import Priority, enqueue

SCORE = "score"  # a kind of job
_ASKED_AGAIN_S = 10.0  # a panel that is pending asks each second or two: one job will do


class Backlog:
    """Knows what can wait, and has it done. For all threads."""

    def __init__(
        self, missed: Callable[[Sequence[Key]], Mapping[Key, Miss]], database: Database, clock: Callable[[], float]
    ) -> None:
        """`missed` tells which were asked in vain not long ago, by whichever process."""
        self._missed, self._database, self._clock = missed, database, clock
        self._asked: TTLCache[Key, bool] = TTLCache(50_000, _ASKED_AGAIN_S, timer=clock)
        self._lock = threading.Lock()

    def put_off(
        self,
        connection: Connection,
        capability: CapabilitySettings,
        keys: Sequence[Key],
        features: Mapping[Key, Mapping[str, Any]],
    ) -> tuple[frozenset[Key], Mapping[Key, Miss]]:
        """Of keys without a score those that can wait, all of them for a job or asked in vain already.

        None where the connection has no rules. What is high was scored ahead: so what nobody knows yet is low until
        somebody has read it. What a launch carried is known here only: whoever asks has it scored, and need not wait.
        Raises StoreUnavailable.
        """
        rules = connection.settings.priority.get(capability.name)
        if not rules:
            return frozenset(), {}
        late = [key for key in keys if key not in features or not is_high(rules, features[key])]
        missed = self._missed(late) if late else {}
        self._add(connection, capability, [key for key in late if not key.carried and key not in missed])
        return frozenset(late), missed

    def _add(self, connection: Connection, capability: CapabilitySettings, keys: Sequence[Key]) -> None:
        with self._lock:
            new = [key for key in keys if key not in self._asked]
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
