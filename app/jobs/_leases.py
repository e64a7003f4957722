"""The leases of the jobs at hand: extended for as long as this process lives, whatever the jobs do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from app.db import Database
from app.db.jobs import Job, extend
from app.errors import StoreUnavailable

LEASE_S = 15.0  # how long a killed worker's job waits for another
EXTEND_EACH_S = 4.0  # so that three looks may fail before a lease ends


class Leases:
    """One thread for all of them. A lease that could not be extended ends, and somebody does the job once more."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database, self._clock = database, clock
        self._held: dict[int, Job] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._extend_on, name="leases", daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Extend nothing more: what is cut off now is free when its lease ends."""
        self._over.set()

    @contextmanager
    def held(self, job: Job) -> Iterator[None]:
        """While this lasts, the job stays ours."""
        self._held[job.id] = job
        try:
            yield
        finally:
            self._held.pop(job.id, None)

    def _extend_on(self) -> None:
        while not self._over.wait(EXTEND_EACH_S):
            now = self._clock()
            for job in list(self._held.values()):
                if job.leased_until - LEASE_S + EXTEND_EACH_S > now:
                    continue  # it has only begun
                with suppress(StoreUnavailable):
                    if not extend(self._database, job, LEASE_S, now):
                        self._held.pop(job.id, None)  # another has it
