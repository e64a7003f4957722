"""Which records are popular: a cheap count of looks in this process, by which stale ones are refreshed beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.core.stored import Key

LOOKS = 3  # within an hour or two, by sessions: what one session sees again is answered from memory above us
WINDOW_S = 3600.0
MOST = 20_000  # keys in each of two windows


def ahead_s(ttl: float) -> float:
    """How long before its end a popular score of this time to live is asked anew: a tenth of it, at least 10 s if
    that is not most of its life."""
    return min(max(ttl / 10, 10.0), ttl / 2)


class Popular:
    """Counts in two windows: the present one, and the one before it, which then is forgotten.

    Without a lock: two threads that count the same key at once may count once, and nothing hangs on that.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._now: dict[Key, int] = {}
        self._before: dict[Key, int] = {}
        self._began = clock()

    def looked(self, keys: Iterable[Key]) -> None:
        """Count a look at each of these."""
        if len(self._now) > MOST or self._clock() - self._began > WINDOW_S:
            self._before, self._now, self._began = self._now, {}, self._clock()
        counts = self._now
        for key in keys:
            counts[key] = counts.get(key, 0) + 1

    def keys(self) -> list[Key]:
        """Those that were looked at often lately."""
        before, now = self._before, self._now.copy()
        return [key for key in {**before, **now} if before.get(key, 0) + now.get(key, 0) >= LOOKS]
