"""What is told of a work while it goes on: how far it is, and that somebody is at it.

It is told at each word of those who work on it, and between these by the clock: a core may be silent for minutes. The
first 0.3 seconds are not told at all. A panel looks twice a second, so nobody sees them, and they are all that most
documents take: start, pages, core and end are over before there is a share of them to show, and no row is written.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from app.core.stored_readings import ReadingKey, Step, StoredReadings, holds_s
from app.errors import StoreUnavailable

SILENT_S = 0.3  # from the beginning of the work until the first note
BEAT_S = 10.0  # at most between two signs of life
_OFTEN_S, _SELDOM_S = 0.05, 0.25  # between two notes, where there is news: each is a write
_SOON = 0.5  # of the time that a note is believed for: then the next one comes, with news or without


class Telling:
    """Tells of one work. What happens is said to it by the one thread that works; it has one of its own beside that."""

    def __init__(
        self,
        readings: StoredReadings,
        key: ReadingKey,
        version: str,
        how_far: Callable[[], Step],
        clock: Callable[[], float],
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`how_far` is only called where nothing else is being told."""
        self._readings, self._key, self._version, self._how_far = readings, key, version, how_far
        self._clock, self._ticks = clock, ticks
        self._lock, self._over = threading.Lock(), threading.Event()
        self._told_at = self._beat_at = ticks()
        self._pause = self._pause_for_news = SILENT_S

    @contextlib.contextmanager
    def going_on(self) -> Iterator[None]:
        """Whoever looks meanwhile knows that somebody is at it, for as long as this process lives."""
        self._beat()
        beside = threading.Thread(target=self._by_the_clock, name="telling", daemon=True)
        beside.start()
        try:
            yield
        finally:
            self._over.set()
            beside.join()

    def is_of(self, version: str) -> None:
        """The file is here, and it is this version."""
        with self._lock:
            if version != self._version:
                self._version = version
                self._beat()

    def happens(self, event: Callable[[], None]) -> None:
        """Something happened that changes how far it is; `event` takes note of it."""
        with self._lock:
            event()
            self._tell(news=True)

    def pulse(self) -> None:
        """Time has passed."""
        with self._lock:
            self._tell(news=False)
            if self._ticks() - self._beat_at >= BEAT_S:
                self._beat()

    def _by_the_clock(self) -> None:
        while not self._over.wait(_OFTEN_S):
            self.pulse()

    def _tell(self, *, news: bool) -> None:
        if self._ticks() - self._told_at < (self._pause_for_news if news else self._pause):
            return
        step = self._how_far()
        self._told_at = self._beat_at = self._ticks()
        self._pause = max(_SOON * holds_s(step.left_s), _OFTEN_S)
        self._pause_for_news = min(self._pause, _SELDOM_S)
        with contextlib.suppress(StoreUnavailable):  # it is only told; the end will need the database
            self._readings.tell(self._key, self._version, step, self._clock())

    def _beat(self) -> None:
        self._beat_at = self._ticks()
        with contextlib.suppress(StoreUnavailable):
            self._readings.beat(self._key, self._version, self._clock())
