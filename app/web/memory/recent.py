"""What sessions were shown lately: fragments that are still the answer when they are asked for again."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from cachetools import FIFOCache

from app.metrics import Metrics
from app.session.bearer import Session
from app.web.memory.news import News
from app.web.shown import KEPT_BYTES, Item, Shown

_Key = tuple[str, float, str, str]  # session, its expiry, component, record


class Recent:
    """Remembers for each session what the road made for it. Bounded; for all threads."""

    def __init__(self, news: News, metrics: Metrics) -> None:
        self._news, self._metrics = news, metrics
        # first in, first out: a look changes nothing, so it needs no lock
        self._kept: FIFOCache[_Key, Shown] = FIFOCache(KEPT_BYTES, getsizeof=lambda kept: kept.fragment.size)
        self._lock = threading.Lock()

    def of(self, session: Session, items: Sequence[Item], epoch: int, now: float) -> list[Shown | None]:
        """In the items' order; None where the road must be walked. `epoch` was current before the session was seen to
        live; `now` is in seconds since the epoch of clocks."""
        found = [self._known(_key(session, item)) for item in items]
        holding = [
            each if each and now < each.until and self._news.holds((each.about,), each.epoch, epoch) else None
            for each in found
        ]
        if hits := sum(each is not None for each in holding):
            self._metrics.count("cache", n=hits, level="fragment", outcome="hit")
            self._metrics.count("remembered", n=hits, connection=session.connection, component=session.component)
        return holding

    def keep(self, session: Session, item: Item, shown: Shown) -> None:
        """For whoever asks next."""
        with self._lock:
            self._kept[_key(session, item)] = shown

    def forget(self) -> None:
        """Somebody was erased: nothing of before stays in memory."""
        with self._lock:
            self._kept.clear()

    def _known(self, key: _Key) -> Shown | None:
        try:
            return self._kept[key]
        except KeyError:
            return None


def _key(session: Session, item: Item) -> _Key:
    return session.id, session.expires_at, item.tag, str(item.record)
