"""Looking back: a record's trend, and what changed since this viewer last looked."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from cachetools import LRUCache

from app.answer import Change, TrendPoint, change
from app.audit.log import AuditLog
from app.core.stored import CARRIED, Key, Stored, StoredScores
from app.launch import Record
from app.session.bearer import Session

TREND_POINTS = 12


class History:
    """Remembers, so that a badge that is asked for again costs no I/O. A failing database fails the answer."""

    def __init__(self, stored: StoredScores, audit: AuditLog) -> None:
        self._stored, self._audit = stored, audit
        self._before: LRUCache[tuple[str, Record], tuple[Stored, float] | None] = LRUCache(50_000)
        self._decided: LRUCache[str, Stored] = LRUCache(5_000)
        self._trends: LRUCache[str, tuple[TrendPoint, ...]] = LRUCache(2_000)
        self._lock = threading.Lock()

    def prepare(self, session: Session, records: Sequence[Record]) -> None:
        """Find the viewer's last looks at these records in earlier sessions, in one go."""
        with self._lock:
            unknown = [record for record in records if (session.id, record) not in self._before]
        if not unknown:
            return
        looks = self._audit.last_looks(
            session.connection, session.viewer.subject, [str(record) for record in unknown], not_session=session.id
        )
        seen = self._seen({decision for decision, _ in looks.values()})
        with self._lock:
            for record in unknown:
                decision, at = looks.get(str(record), ("", 0.0))
                self._before[session.id, record] = (seen[decision], at) if decision in seen else None

    def _seen(self, decisions: set[str]) -> dict[str, Stored]:
        """What was decided stays as it was, so that it is read once."""
        with self._lock:
            known = {each: found for each in decisions if (found := self._decided.get(each)) is not None}
        unknown = decisions - known.keys()
        if not unknown:
            return known
        read = self._stored.by_decision(unknown)
        with self._lock:
            self._decided.update(read)
        return known | read

    def change(self, session: Session, now: Stored, hidden: frozenset[str]) -> Change | None:
        """What moved between the last look and the score shown now; None when nothing did, or it is the first."""
        with self._lock:
            before = self._before.get((session.id, now.key.record))
        if before is None or before[0].decision == now.decision or not _comparable(before[0], now):
            return None
        return change(before[0].score, before[1], now.score, hidden)

    def forget(self) -> None:
        """Somebody was erased: what is still there is read again."""
        with self._lock:
            self._before.clear()
            self._decided.clear()
            self._trends.clear()

    def trend(self, key: Key, decision: str) -> tuple[TrendPoint, ...]:
        """The last values of a record up to this decision, oldest first."""
        with self._lock:
            found = self._trends.get(decision)
        if found is None:
            found = tuple(TrendPoint(at, value) for at, value in self._stored.history(key, TREND_POINTS))
            with self._lock:
                self._trends[decision] = found
        return found


def _comparable(before: Stored, now: Stored) -> bool:
    """Of one capability, and both of features that were read, or both of carried ones: what a viewer may see
    of the one says nothing about the reasons of the other."""
    carried = before.features_hash.startswith(CARRIED), now.features_hash.startswith(CARRIED)
    return before.key.capability == now.key.capability and carried[0] == carried[1]
