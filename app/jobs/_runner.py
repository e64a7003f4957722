"""Runs due jobs in threads of its own until it is stopped."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from app.db import Database
from app.db.jobs import Job, Postponed, claim, done, due, failed, postponed
from app.errors import InlayError
from app.jobs._lanes import lanes
from app.jobs._leases import LEASE_S, Leases
from app.metrics import Metrics

Handler = Callable[[Mapping[str, Any]], None]

_log = logging.getLogger("inlay")
STOP_S = 5.0
PAUSE_S = 0.25  # between looks at the table; a process wakes its own runner at once


class Beside(Protocol):
    """A loop of its own that works while jobs are run."""

    def start(self) -> None:
        """Begin, in a thread of its own."""

    def stop(self, within_s: float) -> bool:
        """Finish what is at hand; whether that was done in time."""


class Runner:
    """One for each process; `factor` times the threads that the lanes have, and one that looks out for all of them: an
    idle process asks the database as seldom as one thread does."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
        *,
        factor: int = 1,
        beside: Sequence[Beside] = (),
    ) -> None:
        self._beside = beside
        self._database, self._handlers = database, handlers
        self._metrics, self._clock = metrics, clock
        self._leases = Leases(database, clock)
        self._stopped = threading.Event()
        self._lanes = [(frozenset(kinds), threading.Event()) for kinds in lanes(handlers, factor)]
        self._threads = [
            threading.Thread(target=self._run, args=(sorted(kinds), wake), name=f"jobs-{n}", daemon=True)
            for n, (kinds, wake) in enumerate(self._lanes)
        ]
        self._threads.append(threading.Thread(target=self._look_out, name="jobs", daemon=True))

    def start(self) -> None:
        """Begin: leases, threads, and what runs beside them."""
        self._leases.start()
        for thread in self._threads:
            thread.start()
        for each in self._beside:
            each.start()

    def wake(self) -> None:
        """Look for work now: some was enqueued."""
        for _, wake in self._lanes:
            wake.set()

    def stop(self, within_s: float = STOP_S) -> bool:
        """Begin no more, and wait a little for the jobs at hand; whether they ended.

        What is cut off is run again, by whoever claims it when its lease ends.
        """
        self._stopped.set()
        self.wake()
        for each in self._beside:
            each.stop(0.0)  # told, not yet waited for
        ends = time.monotonic() + within_s
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=max(0.0, ends - time.monotonic()))
        ended = [each.stop(max(0.0, ends - time.monotonic())) for each in self._beside]
        self._leases.stop()
        return all(ended) and not any(thread.is_alive() for thread in self._threads)

    def step(self, kinds: Sequence[str] = ()) -> bool:
        """Run one due job, of these kinds or of any; whether there was one."""
        owner = f"{os.getpid()}-{threading.get_native_id()}"
        job = claim(self._database, kinds or [*self._handlers], owner, LEASE_S, self._clock())
        if job is None:
            return False
        try:
            with self._leases.held(job):
                self._handlers[job.kind](job.payload)
        except Postponed as later:
            postponed(self._database, job, self._clock() + (later.retry_after_s or 0.0))
            self._metrics.count("jobs", kind=job.kind, outcome="postponed")
        except InlayError as error:
            self._failed(job, error.reason, error.retry_after_s or 0.0)
        except Exception as error:  # noqa: BLE001 a bug in one job must not end the runner; the job keeps its name
            self._failed(job, type(error).__name__, 0.0)
        else:
            done(self._database, job)
            self._metrics.count("jobs", kind=job.kind, outcome="done")
        return True

    def _failed(self, job: Job, error: str, retry_after_s: float) -> None:
        again = failed(self._database, job, error, self._clock(), retry_after_s)
        self._metrics.count("jobs", kind=job.kind, outcome="retried" if again else "dead")

    def _run(self, kinds: Sequence[str], wake: threading.Event) -> None:
        while not self._stopped.is_set():
            if not self._survived(lambda: self.step(kinds)):
                wake.wait()
                wake.clear()

    def _look_out(self) -> None:
        """Wake whoever has something to do: what other processes enqueued, and what its time has come for."""
        while not self._stopped.wait(PAUSE_S):
            self._survived(self._wake_lanes)

    def _wake_lanes(self) -> bool:
        waiting = due(self._database, [*self._handlers], self._clock())
        for kinds, wake in self._lanes:
            if kinds & waiting:
                wake.set()
        return bool(waiting)

    @staticmethod
    def _survived(work: Callable[[], bool]) -> bool:
        """What it says; False when it failed."""
        try:
            return work()
        except Exception as error:  # noqa: BLE001 the database is away, or a row cannot be read: the rest goes on
            if not isinstance(error, InlayError):
                _log.error("bug in the runner: %s", type(error).__name__)  # no message: it may hold records
            return False
