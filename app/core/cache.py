"""The cache of answers in this process, and flights: one call per key, however many wait for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Generic, TypeVar

from cachetools import LRUCache

from app.errors import Busy

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """The latest answers, at most so many bytes by the estimate of `size`; the least used go first."""

    def __init__(self, max_bytes: int, size: Callable[[V], int]) -> None:
        self._entries: LRUCache[K, V] = LRUCache(max_bytes, getsizeof=lambda value: min(size(value), max_bytes))
        self._lock = Lock()

    def get_many(self, keys: Iterable[K]) -> dict[K, V]:
        """What is there of these keys."""
        found = {}
        with self._lock:
            for key in keys:
                with contextlib.suppress(KeyError):
                    found[key] = self._entries[key]
        return found

    def put_many(self, entries: Mapping[K, V]) -> None:
        """Remember these; what was used least goes when there is no room."""
        with self._lock:
            for key, value in entries.items():
                self._entries[key] = value

    def drop(self, which: Callable[[K], bool]) -> None:
        """Forget the entries of these keys."""
        with self._lock:
            for key in [each for each in self._entries if which(each)]:
                del self._entries[key]

    @property
    def bytes(self) -> int:
        """How many bytes the entries take, as they are estimated."""
        return int(self._entries.currsize)

    def __len__(self) -> int:
        return len(self._entries)


class Flights(Generic[K, V]):
    """Work on keys in the background. Who asks for a key in flight gets the same future.

    A flight goes on when nobody waits any more. Its failure is everybody's who waits for it, and nobody's who
    asks later. Flights have threads of their own, so many and no more: a slow core takes none from requests.
    """

    def __init__(self, workers: int = 6, queue: int = 64) -> None:
        self._most = workers + queue
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="flight")
        self._flying: dict[K, Future[V]] = {}
        self._tasks = 0
        self._lock = Lock()

    def run(self, keys: Sequence[K], make: Callable[[Sequence[K]], Mapping[K, V]]) -> dict[K, Future[V]]:
        """A future for each key. `make` is called once, with those that are not in flight already, and
        answers for each. A key is left out when too much is waiting already: whoever asks again may be lucky."""
        with self._lock:
            mine = [key for key in dict.fromkeys(keys) if key not in self._flying]
            if mine:
                with contextlib.suppress(Busy):
                    self._start(mine, make)
            return {key: self._flying[key] for key in keys if key in self._flying}

    def flying(self, keys: Iterable[K]) -> frozenset[K]:
        """Those of the keys that are in the air."""
        with self._lock:
            return frozenset(key for key in keys if key in self._flying)

    def close(self) -> None:
        """Take no more; what has not begun fails as Busy."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _start(self, keys: Sequence[K], make: Callable[[Sequence[K]], Mapping[K, V]]) -> None:
        if self._tasks >= self._most:
            raise Busy(reason="flights-full", retry_after_s=1.0)
        flying: dict[K, Future[V]] = {key: Future() for key in keys}
        for future in flying.values():
            future.set_running_or_notify_cancel()  # shared: no one who waits may cancel it for the others
        try:
            task = self._executor.submit(self._fly, flying, make)
        except RuntimeError:  # the executor is shut down
            raise Busy(reason="flights-closed", retry_after_s=1.0) from None
        self._tasks += 1
        self._flying.update(flying)
        task.add_done_callback(lambda done: self._abandon(flying) if done.cancelled() else None)

    def _fly(self, flying: dict[K, Future[V]], make: Callable[[Sequence[K]], Mapping[K, V]]) -> None:
        try:
            made = make(list(flying))
            values = {key: made[key] for key in flying}
        except BaseException as error:  # noqa: BLE001 - whatever it is, those who wait must learn of it
            self._land(flying)
            for future in flying.values():
                future.set_exception(error)
        else:
            self._land(flying)
            for key, future in flying.items():
                future.set_result(values[key])

    def _abandon(self, flying: dict[K, Future[V]]) -> None:
        self._land(flying)
        for future in flying.values():
            future.set_exception(Busy(reason="flights-closed", retry_after_s=1.0))

    def _land(self, flying: Mapping[K, Future[V]]) -> None:
        """Out of the air first: who asks after the result is known starts anew, or finds it in the cache."""
        with self._lock:
            self._tasks -= 1
            for key in flying:
                del self._flying[key]
