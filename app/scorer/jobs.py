"""Jobs: work on threads of its own, so many and no more, whose results are kept for a while.

In this process only: a core that runs in several processes waits for its work instead of handing out jobs.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

log = logging.getLogger("inlay.core")
Progress = Callable[[int, int], None]  # done, total
Work = Callable[[Progress], Any]


class Full(Exception):
    """Too much is waiting already; nothing was begun. Try again later."""


@dataclass(slots=True)
class Job:
    """`done` of `total`; `future` has the result, or what went wrong."""

    id: str
    future: Future[Any] = field(default_factory=Future)
    done: int = 0
    total: int = 0
    ended_at: float = 0.0

    def report(self, done: int, total: int) -> None:
        """How far its work is; what is told out of order never takes it back."""
        self.done, self.total = max(self.done, done), total


class Jobs:
    """At most `waiting` jobs are begun or wait, on `threads`; at most `kept` results are kept, each for `keep_s`."""

    def __init__(
        self,
        threads: int = 2,
        waiting: int = 16,
        kept: int = 64,
        keep_s: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="analysis")
        self._waiting, self._kept, self._keep_s, self._clock = waiting, kept, keep_s, clock
        self._running: dict[str, Job] = {}
        self._ended: OrderedDict[str, Job] = OrderedDict()
        self._lock = Lock()

    def start(self, work: Work) -> Job:
        """Raises Full."""
        job = Job(secrets.token_urlsafe(16))
        with self._lock:
            if len(self._running) >= self._waiting:
                raise Full
            self._running[job.id] = job
        self._executor.submit(self._run, job, work)
        return job

    def get(self, job_id: str) -> Job | None:
        """None: never begun here, or forgotten since."""
        with self._lock:
            self._forget()
            return self._running.get(job_id) or self._ended.get(job_id)

    def drop(self, job: Job) -> None:
        """Its result was handed over; nobody will ask for it."""
        with self._lock:
            self._ended.pop(job.id, None)

    def _run(self, job: Job, work: Work) -> None:
        result, failure = None, None
        try:
            result = work(job.report)
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever waits must learn of it
            # never with the error's words: they may be a document's
            log.error("an analysis failed: %s", type(error).__name__)
            failure = error
        with self._lock:
            job.ended_at = self._clock()
            self._running.pop(job.id)
            self._ended[job.id] = job
            self._forget()
        if failure is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(failure)

    def _forget(self) -> None:
        oldest = self._clock() - self._keep_s
        while self._ended:
            first = next(iter(self._ended.values()))
            if len(self._ended) <= self._kept and first.ended_at >= oldest:
                return
            del self._ended[first.id]
