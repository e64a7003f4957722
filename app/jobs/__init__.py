"""Work that nobody waits for: one module a kind of job; the table is in `db/`, the running here.

`handlers` lists them, one line each. A handler is idempotent: a job is run at least once.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from app.connections import Connections
from app.db import Database
from app.db.jobs import Job, claim, done, failed
from app.errors import InlayError
from app.identities import Identities
from app.jobs import rescore, revoke
from app.metrics import Metrics
from app.scoring import Scoring

Handler = Callable[[Mapping[str, Any]], None]


def handlers(connections: Connections, scoring: Scoring, identities: Identities) -> Mapping[str, Handler]:
    """What runs each kind of job."""
    return {
        "rescore": partial(rescore.handle, connections, scoring),
        "revoke": partial(revoke.handle, identities),
    }


_log = logging.getLogger("inlay")
LEASE_S = 60.0
STOP_S = 5.0
PAUSE_S = 0.25  # between looks at an empty table; a process wakes its own runner at once


class Runner:
    """Runs due jobs in a thread of its own, one at a time, until it is stopped."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database, self._handlers = database, handlers
        self._metrics, self._clock = metrics, clock
        self._owner = f"{os.getpid()}-{threading.get_native_id()}"
        self._wake, self._stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        """Stop after the job at hand; waits a little for it. One that is cut off is run again when its lease ends."""
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=STOP_S)

    def step(self) -> bool:
        """Run one due job; whether there was one."""
        job = claim(self._database, list(self._handlers), self._owner, LEASE_S, self._clock())
        if job is None:
            return False
        try:
            self._handlers[job.kind](job.payload)
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

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                busy = self.step()
            except Exception as error:  # noqa: BLE001 the database is away, or a row cannot be read: the rest goes on
                busy = False
                if not isinstance(error, InlayError):
                    _log.error("bug in the runner: %s", type(error).__name__)  # no message: it may hold records
            if not busy:
                self._wake.wait(PAUSE_S)
                self._wake.clear()
