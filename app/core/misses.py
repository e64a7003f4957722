"""Misses: why there is no score of a record, for a while. As values, as texts, and as one process remembers them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cachetools import TLRUCache

from app.core.changes import Changes
from app.core.parse import Insufficient
from app.core.stored import Key
from app.errors import AnswerRefused, CoreUnavailable, HostUnavailable, InlayError, Unavailable

MOST = 20_000
_ERRORS: dict[str, type[InlayError]] = {each.code: each for each in (AnswerRefused, CoreUnavailable, HostUnavailable)}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no score, and the id under which the audit has it."""

    error: InlayError
    reference: str


@dataclass(frozen=True, slots=True)
class Miss:
    """There is no score, and until when nobody need ask again; `epoch` as `app.core.changes` has it."""

    why: Failure | Insufficient
    until: float = 0.0
    epoch: int = 0


def written(why: Failure | Insufficient) -> str:
    """For other processes."""
    if isinstance(why, Insufficient):
        return json.dumps({"missing": why.missing})
    error = why.error
    return json.dumps(
        {
            "code": error.code,
            "reason": error.reason,
            "retry_after_s": error.retry_after_s,
            "reference": why.reference,
        }
    )


def read(text: str) -> Failure | Insufficient:
    """What `written` wrote."""
    said = json.loads(text)
    if "missing" in said:
        return Insufficient(tuple(said["missing"]))
    error = _ERRORS.get(said["code"], Unavailable)(reason=said["reason"])
    error.retry_after_s = said["retry_after_s"]
    return Failure(error, said["reference"])


class Misses:
    """Those that this process knows. A record that changed has none. For all threads."""

    def __init__(self, changes: Changes, clock: Callable[[], float]) -> None:
        self._changes = changes
        self._known: TLRUCache[Key, Miss] = TLRUCache(MOST, lambda _, miss, __: miss.until, clock)
        self._lock = threading.Lock()

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Miss]:
        """What is known to fail, unless its record has changed since."""
        with self._lock:
            found = [(key, self._known.get(key)) for key in keys]
        return {key: miss for key, miss in found if miss is not None and miss.epoch >= self._changes.since(key)}

    def put(self, key: Key, miss: Miss) -> None:
        """Remember a failure, for as long as it says."""
        with self._lock:
            self._known[key] = miss
