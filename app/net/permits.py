"""Permits: how many threads of this process may wait for the outside at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import TypeVar

from app.errors import Busy

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


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

    def around(self, call: Callable[[Asked], Answer], wait_s: float) -> Callable[[Asked], Answer]:
        """The same call, each time under a permit. Raises Busy."""

        def permitted(asked: Asked) -> Answer:
            with self.take(wait_s):
                return call(asked)

        return permitted
