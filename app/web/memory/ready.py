"""Answers that the road made and that are still the answer: the map that stands before the road.

It decides nothing. The road fills it; what it gives out is whole, for the same proof asking the same thing again, and
only while nothing was announced of what it is about, its deadline has not passed, its session lives, and origin and
rate allow it. At every doubt it knows nothing, and the road is walked again.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cachetools import FIFOCache

from app.config import ConnectionSettings
from app.errors import StoreUnavailable
from app.metrics import Metrics
from app.session import Sessions
from app.session.bearer import Session
from app.web.limits import Limits, Window
from app.web.memory.news import About, News
from app.web.prepared import Whole

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

KEPT_BYTES = 32_000_000
MAX_ADDRESS = 1_000  # characters; the longest that a panel asks by is half of it

Key = tuple[bytes, str, str]  # digest of the proof (the header, or the form, with the token in it), path, query


@dataclass(slots=True)
class Kept:
    """An answer, and what must still hold. The viewer's language is the token's, so it is no part of the key."""

    whole: Whole
    counters: tuple[int, ...]  # places in the metrics where it counts each time that it is given out
    session: Session
    origins: frozenset[str | None]
    window: Window
    about: frozenset[About]
    epoch: int  # as of which it is known to hold
    until: float  # not after its session expires
    turn: object = None  # of the sessions, as of which its own is known to live


class Ready:
    """The map. Bounded; for all threads. To look into it costs no lock."""

    def __init__(
        self, sessions: Sessions, news: News, limits: Limits, metrics: Metrics, clock: Callable[[], float]
    ) -> None:
        self._sessions, self._news, self._limits = sessions, news, limits
        self._metrics, self._clock, self._current = metrics, clock, news.current
        self._hit = metrics.place("cache", level="ready", outcome="hit")
        # first in, first out: a look changes nothing, and what is older ends sooner
        self._kept: FIFOCache[Key, Kept] = FIFOCache(KEPT_BYTES, getsizeof=lambda kept: kept.whole.size)
        self._lock = threading.Lock()

    def recall(self, key: Key, origin: str | None) -> Kept | None:
        """The answer to this question, counted as one of its viewer's; None whenever the road must say."""
        try:
            kept = self._kept[key]
        except KeyError:
            return None
        try:
            epoch = self._current()  # read first: what was announced is known to all that is asked from here on
            if not self._clock() < kept.until or origin not in kept.origins:
                return None
            if epoch != kept.epoch:  # else nothing was announced at all, as on most looks
                if not self._news.holds(kept.about, kept.epoch, epoch):
                    return None
                kept.epoch = epoch  # the next look needs not go through what was announced until now
            turn = self._sessions.turn
            if turn is not kept.turn:
                if self._sessions.over(kept.session) is not None:
                    return None
                kept.turn = turn
        except StoreUnavailable:
            return None
        return kept if self._limits.admits(kept.window) else None

    def forget(self) -> None:
        """Somebody was erased: nothing of before stays in memory."""
        with self._lock:
            self._kept.clear()

    def keep(
        self,
        key: Key,
        whole: Whole,
        *,
        session: Session,
        origins: frozenset[str | None],
        connection: ConnectionSettings,
        about: frozenset[About],
        epoch: int,
        until: float,
    ) -> None:
        """`epoch` is that of before the road was walked; nothing is kept that `until` ends already."""
        until = min(until, session.expires_at)
        if until <= self._clock() or len(key[1]) + len(key[2]) > MAX_ADDRESS or whole.size > KEPT_BYTES:
            return
        window = self._limits.window_of(connection, session.viewer.subject)
        asked = self._metrics.place("remembered", connection=session.connection, component=session.component)
        with self._lock:
            self._kept[key] = Kept(whole, (self._hit, asked), session, origins, window, about, epoch, until)


def key_of(environ: WSGIEnvironment, form: bytes | None = None) -> Key:
    """What a request's answer is kept under; the token is in its `form`, or else in its header."""
    proof = environ.get("HTTP_AUTHORIZATION", "").encode("utf-8", "surrogatepass") if form is None else form
    return hashlib.sha256(proof).digest(), environ["PATH_INFO"], environ["QUERY_STRING"]
