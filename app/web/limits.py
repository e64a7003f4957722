"""Rate limits: fixed windows of the library `limits`, counted in the memory of each process.

So `n` worker processes let through up to `n` times what is configured; a limit is there to stop floods, not to
count. Whoever proved who they are is counted under their own name, everybody else by address, and by address only
what was refused: a house of thousands behind one address is not shut out by its own size.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from cachetools import LRUCache
from limits import RateLimitItem
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from app.config import ConnectionSettings
from app.errors import RateLimited

MAX_WINDOWS = 50_000
_NONE = [0.0, 0.0, 0.0]  # holds at no time


class Windows(Storage):
    """The library's storage, bounded. Its own one in memory has no bound, and starts a thread to look through
    all that it holds up to a hundred times a second."""

    STORAGE_SCHEME = None

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._open: LRUCache[str, list[float]] = LRUCache(MAX_WINDOWS)  # key -> begin, end, count
        self._lock = threading.Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the library may catch of ours; nothing here raises it."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count so many; how many there are in the open window."""
        return int(self.add(key, expiry, amount))

    def add(self, key: str, expiry: float, amount: int = 1) -> float:
        """The same, without the library's wrapping around it, which is dearer than to count."""
        now = self._clock()
        with self._lock:
            try:
                window = self._open[key]
            except KeyError:
                window = _NONE
            if not window[0] <= now < window[1]:  # a clock set back must not lock anybody out
                window = self._open[key] = [now, now + expiry, 0]
            window[2] += amount
            return window[2]

    def get(self, key: str) -> int:
        """How many there are in the open window."""
        now = self._clock()
        with self._lock:
            window = self._open.get(key)
        return int(window[2]) if window is not None and window[0] <= now < window[1] else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds of our clock; now, where none is open."""
        with self._lock:
            window = self._open.get(key)
        return self._clock() if window is None else window[1]

    def left_s(self, key: str) -> float:
        """How many seconds until the window ends."""
        return max(0.0, self.get_expiry(key) - self._clock())

    def check(self) -> bool:
        """Whether it can be counted: memory always can."""
        return True

    def reset(self) -> int:
        """Forget all windows; how many there were."""
        with self._lock:
            count = len(self._open)
            self._open.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget one window."""
        with self._lock:
            self._open.pop(key, None)


class Window(NamedTuple):
    """One viewer's requests, by what they are counted under: to put that together anew is half of the cost."""

    key: str
    amount: int
    seconds: float


class Limits:
    """Says when somebody has to wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._windows = Windows(clock)
        self._limiter = FixedWindowRateLimiter(self._windows)

    def window_of(self, connection: ConnectionSettings, viewer: str) -> Window:
        """Where `spend_viewer` counts."""
        return _window(connection.limit_viewer, connection.name, viewer)

    def admits(self, window: Window) -> bool:
        """Count one, as the library's fixed window does; whether that is within the rate."""
        return self._windows.add(window.key, window.seconds) <= window.amount

    def spend_viewer(self, connection: ConnectionSettings, viewer: str) -> None:
        """Count a request of this viewer. Raises RateLimited."""
        if not self.admits(self.window_of(connection, viewer)):
            error = self._limited(connection.limit_viewer, *_whose(connection.name, viewer))
            error.connection, error.viewer = connection.name, viewer
            raise error

    def spend_connection(self, connection: ConnectionSettings, rate: RateLimitItem, kind: str) -> None:
        """Count one of this kind for the whole connection. Raises RateLimited."""
        with _named(connection):
            self.spend(rate, kind, connection.name)

    def spend_review(self, connection: ConnectionSettings, viewer: str) -> None:
        """Count a verdict, first as this viewer's: one of them must not use up what all have. Raises RateLimited."""
        with _named(connection):
            self.spend(connection.limit_viewer_reviews, "reviews", connection.name, viewer)
            self.spend(connection.limit_reviews, "reviews", connection.name)

    def spend_service(self, connection: ConnectionSettings, service: str) -> None:
        """Count a call of this service. Raises RateLimited."""
        with _named(connection):
            self.spend(connection.limit_api, "calls", connection.name, service)

    def require_connection(self, connection: ConnectionSettings, rate: RateLimitItem, kind: str) -> None:
        """Count nothing. Raises RateLimited when one more would be over the whole connection's rate."""
        with _named(connection):
            self.require(rate, kind, connection.name)

    def spend(self, rate: RateLimitItem, kind: str, *whose: str) -> None:
        """Count one of this kind. Raises RateLimited when it is over the rate."""
        if not self._limiter.hit(rate, kind, *whose):
            raise self._limited(rate, kind, *whose)

    def require(self, rate: RateLimitItem, kind: str, *whose: str) -> None:
        """Count nothing. Raises RateLimited when one more would be over the rate."""
        if not self._limiter.test(rate, kind, *whose):
            raise self._limited(rate, kind, *whose)

    def _limited(self, rate: RateLimitItem, kind: str, *whose: str) -> RateLimited:
        left_s = self._windows.left_s(rate.key_for(kind, *whose))
        return RateLimited(reason=f"too-many-{kind}", retry_after_s=left_s + 0.5)  # rounded, but never too early


def _whose(connection: str, viewer: str) -> tuple[str, str, str]:
    return "requests", connection, viewer


@lru_cache(MAX_WINDOWS)
def _window(rate: RateLimitItem, connection: str, viewer: str) -> Window:
    return Window(rate.key_for(*_whose(connection, viewer)), rate.amount, rate.get_expiry())


@contextmanager
def _named(connection: ConnectionSettings) -> Iterator[None]:
    try:
        yield
    except RateLimited as error:
        error.connection = connection.name
        raise


def whose_address(address: str | None) -> str:
    """Who is behind an address, as far as it tells: of IPv6 the network, since each machine has all of it."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
