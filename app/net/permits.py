"""Permits: how many threads of this process may wait for the outside at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from app.errors import Busy


class Permits:
    """A bounded number of them, so that slow outsides can never take all request threads.

    A thread that holds one must not take a second: with all taken, each would wait for the others.
    """

    def __init__(self, limit: int = 6) -> None:
        self.limit = limit
        self._free = BoundedSemaphore(limit)

    @contextmanager
    def take(self, wait_s: float = 0.0) -> Iterator[None]:
        """Hold one permit. Raises Busy when none gets free within `wait_s`."""
        free = self._free.acquire(timeout=wait_s) if wait_s > 0 else self._free.acquire(blocking=False)
        if not free:
            raise Busy(reason="no-permit", retry_after_s=1.0)
        try:
            yield
        finally:
            self._free.release()
