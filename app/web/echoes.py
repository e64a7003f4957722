"""What was written a moment ago is not written again: a refusal costs its sender nothing, and a row costs a write."""

from __future__ import annotations

import threading
from collections.abc import Callable

from cachetools import TTLCache

from app.audit.log import new_reference

Key = tuple[str, ...]


class Echoes:
    """What was written a moment ago, and under which reference."""

    SECONDS = 10.0
    LIMITED_S = 60.0  # who is told to wait is told so often

    def __init__(self, clock: Callable[[], float]) -> None:
        self._short: TTLCache[Key, str] = TTLCache(10_000, self.SECONDS, clock)
        self._long: TTLCache[Key, str] = TTLCache(10_000, self.LIMITED_S, clock)
        self._lock = threading.Lock()

    def once(self, *key: str, write: Callable[[str], None], long: bool = False) -> str:
        """Write under a new reference, unless that was done a moment ago; the reference."""
        kept = self._long if long else self._short
        with self._lock:
            known = kept.get(key, "")
        if known:
            return known
        reference = new_reference()
        write(reference)
        with self._lock:  # only now: what could not be written was not
            kept[key] = reference
        return reference

    def forget(self) -> None:
        """Remember nothing: what is asked again is made anew."""
        with self._lock:
            self._short.clear()
            self._long.clear()
