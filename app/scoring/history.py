"""Looking back: a record's trend, and what changed since this viewer last looked."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cachetools import LRUCache

from app.answer import Answer, TrendPoint, drawn
from app.answer.changes import Change, Input, change, moved_inputs
from app.audit.log import ViewRow
from app.audit.looks import ANNOUNCED, LookLog, Looks
from app.core.stored import CARRIED, Key, Stored, StoredScores
from app.db.epochs import Announcement
from app.launch import Record
from app.session.bearer import Session

TREND_POINTS = 12
_Place = tuple[str, Record, int]  # session, record, and what tells what holds of it from what does not


@dataclass(frozen=True, slots=True)
class _Before:
    """What a card and a badge compare with: a decision that its viewer saw, and when."""

    card: tuple[Stored, float] | None = None
    badge: tuple[Stored, float] | None = None


class History:
    """Remembers, so that a badge that is asked for again costs no I/O. A failing database fails the answer."""

    def __init__(self, stored: StoredScores, looks: LookLog) -> None:
        self._stored, self._looks = stored, looks
        self._before: LRUCache[_Place, _Before] = LRUCache(50_000)
        self._decided: LRUCache[str, Stored] = LRUCache(5_000)
        self._inputs: LRUCache[tuple[str, str], tuple[Input, ...]] = LRUCache(2_000)
        self._trends: LRUCache[str, tuple[TrendPoint, ...]] = LRUCache(2_000)
        # which of what is remembered of a record still holds: another number since somebody opened it
        self._opened: LRUCache[tuple[str, str], int] = LRUCache(50_000)
        self._lock = threading.Lock()

    def hear(self, news: Announcement) -> None:
        """A subscriber of epochs: somebody opened a record, so that its last looks are others."""
        if news.kind == ANNOUNCED:
            with self._lock:
                self._opened[news.connection, news.key] = news.epoch

    def prepare(self, session: Session, records: Sequence[Record]) -> None:
        """Find the viewer's last looks at these records, in one go."""
        with self._lock:
            places = {record: self._place(session, record) for record in records}
            unknown = {record: place for record, place in places.items() if place not in self._before}
        if not unknown:
            return
        names = [str(record) for record in unknown]
        looks = self._looks.last(session.connection, session.viewer.subject, names, session.id)
        found = {record: looks.get(str(record), Looks()) for record in unknown}
        seen = self._seen({look.decision for each in found.values() for look in (each.of_card, each.of_badge) if look})
        with self._lock:
            for record, place in unknown.items():
                card, badge = (
                    (seen[look.decision], look.at) if look and look.decision in seen else None
                    for look in (found[record].of_card, found[record].of_badge)
                )
                self._before[place] = _Before(card, badge)

    def _place(self, session: Session, record: Record) -> _Place:
        return session.id, record, self._opened.get((session.connection, str(record)), 0)

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

    def change(self, session: Session, now: Stored, hidden: frozenset[str], *, card: bool = False) -> Change | None:
        """What moved between the last look and the score shown now; None when nothing did, or it is the first.

        A `card` is told which inputs moved, too.
        """
        with self._lock:
            both = self._before.get(self._place(session, now.key.record), _Before())
        before = both.card if card else both.badge
        if before is None or before[0].decision == now.decision or not _comparable(before[0], now):
            return None
        return change(before[0].score, before[1], now.score, hidden, self._moved(before[0], now) if card else ())

    def opened(self, session: Session, tag: str, answers: Mapping[Record, Answer]) -> None:
        """A viewer was shown these in full. What a badge says as news of them is none any more, in any process.

        Raises StoreUnavailable.
        """
        rows = [
            ViewRow(session.connection, session.viewer.subject, session.id, str(record), tag, answer.decision)
            for record, answer in answers.items()
            if answer.decision
        ]
        for row in self._looks.unopened(rows):
            self._looks.open(row, marked=self._is_marked(row, answers[Record.parse(row.record)]))

    def _is_marked(self, row: ViewRow, answer: Answer) -> bool:
        """Whether a badge of this viewer may show another number than they read. One that was merely scored anew and
        came out the same is no news: to announce it would have every process walk every road again."""
        with self._lock:
            opened = self._opened.get((row.connection, row.record), 0)
            both = self._before.get((row.session, Record.parse(row.record), opened), _Before())
        now = drawn(answer.score.value) if answer.score else None
        if any(before is not None and drawn(before[0].score.value) != now for before in (both.card, both.badge)):
            return True
        if both.card is None:  # no other session of theirs was shown it
            return False
        # the last that they saw may be this very number, and where they saw it, it is marked
        earlier = self._looks.before_elsewhere(row)
        seen = self._seen({earlier}) if earlier else {}
        return any(drawn(each.score.value) != now for each in seen.values())

    def _moved(self, before: Stored, now: Stored) -> tuple[Input, ...]:
        """The inputs that differ; none where what a launch carried is compared, which is nobody's field."""
        key = before.decision, now.decision
        with self._lock:
            found = self._inputs.get(key)
        if found is None:
            read = self._stored.decided(key)
            then, here = (read[each].snapshot if each in read else None for each in key)
            found = moved_inputs(then, here) if then is not None and here is not None else ()
            with self._lock:
                self._inputs[key] = found
        return found

    def forget(self) -> None:
        """Somebody was erased: what is still there is read again."""
        with self._lock:
            for each in (self._before, self._decided, self._inputs, self._trends):
                each.clear()

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
