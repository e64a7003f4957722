"""Other processes of a test, each a copy of one that has imported what they run: else imports are most of their time.

A copy is a process like any other: it shares nothing with the test but what it is told, and may be killed.
"""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import runpy
import sys
import threading
from multiprocessing import reduction
from multiprocessing.context import ForkServerContext
from typing import Any

# What they run, and what that imports late; the last one compiles our pages.
KNOWN = (
    "tests.db.rival", "tests.rotating", "tests.jobs.worker", "tests.viewers", "app.db.migrations",
    "tests.browser.fake_inlay",
)  # fmt: skip


class _End:
    """One end of a pipe, as it is handed to another process."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return _arrived, (reduction.DupFd(self.number),)


def _arrived(end: Any) -> _End:
    return _End(end.detach())


def _run(module: str, arguments: tuple[str, ...], reads: _End, writes: _End) -> None:
    """`python -m module arguments`, with these for its input and its output."""
    sys.argv = [module, *arguments]
    sys.modules.pop(module, None)  # it is `__main__` now
    with os.fdopen(reads.number) as sys.stdin, os.fdopen(writes.number, "w") as sys.stdout:
        runpy.run_module(module, run_name="__main__")


@functools.cache
def _copied() -> ForkServerContext:
    """The process that all are copies of: one for each test process, which it ends with."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(KNOWN))
    return context


class Program:
    """A module as a program of its own, which hears and says lines. It is asked what a `subprocess.Popen` is asked."""

    def __init__(self, module: str, *arguments: str) -> None:
        reads, own_writes = os.pipe()
        own_reads, writes = os.pipe()
        self._process = _copied().Process(target=_run, args=(module, arguments, _End(reads), _End(writes)))
        self._process.start()
        os.close(reads)
        os.close(writes)
        self.stdin, self.stdout = os.fdopen(own_writes, "w"), os.fdopen(own_reads)

    @property
    def returncode(self) -> int | None:
        """None while it runs; less than 0 where a signal ended it."""
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def wait(self) -> None:
        self._process.join()

    def communicate(self, timeout: float = 30.0) -> tuple[str, None]:
        """What else it says until its end; killed where that does not come in time (seconds)."""
        late = threading.Timer(timeout, self.kill)
        late.start()
        with contextlib.suppress(BrokenPipeError):
            self.stdin.close()
        said = "" if self.stdout.closed else self.stdout.read()
        self.stdout.close()
        self.wait()
        late.cancel()
        return said, None
