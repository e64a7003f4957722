"""The gate before the database: however long it takes, some of the threads that answer requests stay free of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.errors import StoreUnavailable

MOST = 4  # of 8 threads
# Nobody came or went, and nobody was answered: nothing is to be waited for. Whoever follows the epochs asks every
# quarter of a second, so that a database that is only busy is told from one that hangs.
STILL_S = 0.4
WAIT_S = 5.0  # for a turn at most, while others come and go
AWAY_AFTER = 3  # failures in a row


class Gate:
    """Lets so many threads that answer requests in at once, and one alone while the database is away.

    So what needs no database is answered as ever, what needs it is refused at once, and the first who gets an answer
    opens the gate again. Threads that nobody waits for (jobs, first looks that go on) pass freely; where one of them
    looks all the time (`watched`), no request has to try.
    """

    watched = False

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._inside = self._failures = 0
        self._moved_at = clock()
        self._turn = threading.Condition()
        self._here = threading.local()

    def mark(self) -> None:
        """The calling thread answers requests."""
        self._here.counts = True

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Around all that a thread does in the database. Raises StoreUnavailable when it is not its turn."""
        if not getattr(self._here, "counts", False) or getattr(self._here, "inside", False):
            yield
            self._answered()
            return
        self._enter()
        self._here.inside, failed = True, False
        try:
            yield
        except StoreUnavailable:
            failed = True
            raise
        finally:
            self._here.inside = False
            self._leave(failed)

    def _enter(self) -> None:
        with self._turn:
            ends = self._clock() + WAIT_S
            while not self._has_room():
                away = self._failures >= AWAY_AFTER
                wait_s = min(ends, self._moved_at + STILL_S) - self._clock()
                if away or wait_s <= 0:
                    raise StoreUnavailable(reason="store-away" if away else "store-busy", retry_after_s=1.0)
                self._turn.wait(wait_s)
            self._inside += 1
            self._moved_at = self._clock()

    def _has_room(self) -> bool:
        if self._failures < AWAY_AFTER:
            return self._inside < self._most
        return self._inside == 0 and not self.watched

    def _answered(self) -> None:
        with self._turn:
            self._failures, self._moved_at = 0, self._clock()
            self._turn.notify_all()

    def _leave(self, failed: bool) -> None:
        with self._turn:
            self._inside -= 1
            self._failures = self._failures + 1 if failed else 0
            self._moved_at = self._clock()
            self._turn.notify_all()
