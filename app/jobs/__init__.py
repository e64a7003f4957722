"""Work that nobody waits for: one module a kind of job; the table is in `db/`, the running here.

`handlers` lists them, one line each. A handler is idempotent: a job is run at least once.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from app.analysis_work import AnalysisWork
from app.connections import Connections
from app.db import Database
from app.db.jobs import Job, claim, done, extend, failed
from app.errors import InlayError, StoreUnavailable
from app.identities import Identities
from app.jobs import analyse, changes, rescore, revoke, subscribe
from app.metrics import Metrics
from app.scoring import Scoring
from app.subscriber import Subscriber

Handler = Callable[[Mapping[str, Any]], None]


def handlers(
    connections: Connections, scoring: Scoring, identities: Identities, work: AnalysisWork, subscriber: Subscriber
) -> Mapping[str, Handler]:
    """What runs each kind of job."""
    return {
        "analyse": partial(analyse.handle, work),
        "changes": partial(changes.handle, subscriber),
        "rescore": partial(rescore.handle, connections, scoring),
        "revoke": partial(revoke.handle, identities),
        "subscribe": partial(subscribe.handle, subscriber),
    }


_log = logging.getLogger("inlay")
LEASE_S = 60.0
# Kinds that take long have threads of their own, so that the others never wait for them. Their lease is short and is
# extended all the time, so that a killed process' work is taken up soon.
SLOW: frozenset[str] = frozenset({"analyse"})
SLOW_THREADS, SLOW_LEASE_S, EXTEND_EACH_S = 2, 15.0, 4.0
STOP_S = 5.0
PAUSE_S = 0.25  # between looks at an empty table; a process wakes its own runner at once


class Runner:
    """Runs due jobs in threads of its own until it is stopped: one for those that are quick, some for the slow."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database, self._handlers = database, handlers
        self._metrics, self._clock = metrics, clock
        self._stopped = threading.Event()
        lanes = [[kind for kind in handlers if kind not in SLOW], *[[*SLOW & handlers.keys()]] * SLOW_THREADS]
        self._wakes = [threading.Event() for _ in lanes]
        self._threads = [
            threading.Thread(target=self._run, args=(kinds, wake), name=f"jobs-{n}", daemon=True)
            for n, (kinds, wake) in enumerate(zip(lanes, self._wakes, strict=True))
            if kinds
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        for wake in self._wakes:
            wake.set()

    def stop(self) -> None:
        """Stop after the jobs at hand; waits a little for them. What is cut off is run again when its lease ends."""
        self._stopped.set()
        self.wake()
        ends = time.monotonic() + STOP_S
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=max(0.0, ends - time.monotonic()))

    def step(self, kinds: Sequence[str] = ()) -> bool:
        """Run one due job, of these kinds or of any; whether there was one."""
        asked = list(kinds or self._handlers)
        lease_s = SLOW_LEASE_S if SLOW.issuperset(asked) else LEASE_S
        owner = f"{os.getpid()}-{threading.get_native_id()}"
        job = claim(self._database, asked, owner, lease_s, self._clock())
        if job is None:
            return False
        try:
            with self._extended(job, lease_s):
                self._handlers[job.kind](job.payload)
        except InlayError as error:
            self._failed(job, error.reason, error.retry_after_s or 0.0)
        except Exception as error:  # noqa: BLE001 a bug in one job must not end the runner; the job keeps its name
            self._failed(job, type(error).__name__, 0.0)
        else:
            done(self._database, job)
            self._metrics.count("jobs", kind=job.kind, outcome="done")
        return True

    @contextmanager
    def _extended(self, job: Job, lease_s: float) -> Iterator[None]:
        """A slow job's lease is extended beside it, for as long as this process lives."""
        if job.kind not in SLOW:
            yield
            return
        over = threading.Event()

        def extend_on() -> None:
            while not over.wait(EXTEND_EACH_S):
                with suppress(StoreUnavailable):  # the lease ends, and somebody does it once more
                    if not extend(self._database, job, lease_s, self._clock()):
                        return

        beside = threading.Thread(target=extend_on, name="lease", daemon=True)
        beside.start()
        try:
            yield
        finally:
            over.set()
            beside.join()

    def _failed(self, job: Job, error: str, retry_after_s: float) -> None:
        again = failed(self._database, job, error, self._clock(), retry_after_s)
        self._metrics.count("jobs", kind=job.kind, outcome="retried" if again else "dead")

    def _run(self, kinds: Sequence[str], wake: threading.Event) -> None:
        while not self._stopped.is_set():
            try:
                busy = self.step(kinds)
            except Exception as error:  # noqa: BLE001 the database is away, or a row cannot be read: the rest goes on
                busy = False
                if not isinstance(error, InlayError):
                    _log.error("bug in the runner: %s", type(error).__name__)  # no message: it may hold records
            if not busy:
                wake.wait(PAUSE_S)
                wake.clear()
