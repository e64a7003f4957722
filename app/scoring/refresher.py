"""Popular scores are asked anew shortly before they are stale, as jobs of low priority that nobody waits for."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from cachetools import LRUCache

from app.connections import Connections
from app.core.levels import Levels
from app.core.popular import Popular, ahead_s
from app.core.stored import OUTDATED, Key, Stored
from app.db import Database, leases
from app.db.jobs import Priority, enqueue
from app.errors import StoreUnavailable

STEP_S = 5.0
MOST = 100  # jobs of one step
PRUNE_AFTER_S, PRUNE_EACH_S = 600.0, 600.0  # leases that ended, and how often they are looked for

_log = logging.getLogger("inlay")


class Refresher:
    """Counts looks, and lists and orders what is popular and soon stale. Its thread begins with the first look."""

    def __init__(
        self,
        connections: Connections,
        levels: Levels,
        database: Database,
        clock: Callable[[], float] = time.time,
        step_s: float = STEP_S,
    ) -> None:
        self._connections, self._levels = connections, levels
        self._database, self._clock, self._step_s = database, clock, step_s
        self._popular = Popular(clock)
        self._ordered: LRUCache[str, bool] = LRUCache(10_000)  # decisions that a job will replace
        self._pruned_at = clock()
        self._stopped, self._begun = threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None

    def looked(self, keys: Iterable[Key]) -> None:
        """Somebody looks at these. What came with a launch cannot be asked anew without it."""
        self._popular.looked(key for key in keys if not key.carried)
        if self._thread is None and self._begun.acquire(blocking=False):
            self._thread = threading.Thread(target=self._run, name="refresher", daemon=True)
            self._thread.start()

    def soon_stale(self) -> list[Stored]:
        """Popular scores that are about to age, as this process knows them; the most urgent first."""
        now, known = self._clock(), self._levels.remembered(self._popular.keys())
        urgent = {
            key: stored.fresh_until
            for key, stored in known.items()
            if stored.fresh_until != OUTDATED  # a job of its own is under way
            and now < stored.fresh_until <= now + self._ahead_s(key)
            and stored.decision not in self._ordered
        }
        return [known[key] for key in sorted(urgent, key=urgent.__getitem__)[:MOST]]

    def step(self) -> int:
        """Order what is due; how many jobs. Raises StoreUnavailable."""
        now, scores = self._clock(), self.soon_stale()
        if scores:
            with self._database.begin() as conn:
                for key in (each.key for each in scores):
                    payload = {"connection": key.connection, "record": str(key.record)}
                    name = f"rescore:{key.connection}:{key.record}"  # as an event's: one of both is enough
                    enqueue(conn, "rescore", payload, priority=Priority.REFRESH, run_at=now, dedupe_key=name)
            self._ordered.update({each.decision: True for each in scores})
        if now - self._pruned_at >= PRUNE_EACH_S:
            self._pruned_at = now
            with self._database.begin() as conn:
                leases.prune(conn, now - PRUNE_AFTER_S)
        return len(scores)

    def close(self) -> None:
        """Renew nothing more."""
        self._stopped.set()

    def _ahead_s(self, key: Key) -> float:
        """0 for what cannot be asked anew: its connection or capability is gone, or reads nothing."""
        if key.connection not in self._connections:
            return 0.0
        connection = self._connections.get(key.connection)
        capability = connection.capability_named(key.capability)
        if capability is None or capability.is_imported or not self._connections.can_read(connection):
            return 0.0
        return ahead_s(capability.ttl)

    def _run(self) -> None:
        while not self._stopped.wait(self._step_s):
            try:
                self.step()
            except StoreUnavailable:
                pass  # the next step finds them again, or they age and the next look renews them
            except Exception as error:  # noqa: BLE001 a bug here must not end it for ever
                _log.error("bug in the refresher: %s", type(error).__name__)  # no message: it may hold records
