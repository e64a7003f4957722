"""What sessions were told last: shown again, and said to be stale, while nothing new can be audited."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cachetools import LRUCache

from app.answer import State
from app.audit.log import ViewRow
from app.launch import Record
from app.permissions import Grant
from app.session.bearer import Session
from app.web.stations import Told

KEPT, KEPT_S = 50_000, 3600.0  # answers, which share what they hold; an outage is shorter than an hour


@dataclass(frozen=True, slots=True)
class _Known:
    """An answer that is in the audit, when it was told, and which fields its viewer could not see."""

    told: Told
    at: float
    hidden_fields: frozenset[str]


class Past:
    """Remembers answers with a decision. Bounded; for all threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._known: LRUCache[tuple[str, str, Record], _Known] = LRUCache(KEPT)
        self.forgotten = 0  # how often

    def keep(
        self, session: Session, tag: str, granted: Sequence[Grant], answers: Mapping[Record, Told], as_of: int
    ) -> None:
        """Call it once the audit has them. `as_of` is `forgotten` of before they were asked for: what was on its way
        while somebody was erased may be of them."""
        now = self._clock()
        with self._lock:
            if as_of != self.forgotten:
                return
            for grant in granted:
                told = answers[grant.record]
                if told.decision:
                    self._known[session.id, tag, grant.record] = _Known(told, now, grant.hidden_fields)

    def forget(self) -> None:
        """Somebody was erased: nobody is told anything of before."""
        with self._lock:
            self.forgotten += 1
            self._known.clear()

    def again(self, session: Session, tag: str, granted: Sequence[Grant]) -> dict[Record, Told]:
        """What this session may be told once more, as stale: the audit has it, and its viewer may still see as much."""
        oldest = self._clock() - KEPT_S
        with self._lock:
            found = {grant: self._known.get((session.id, tag, grant.record)) for grant in granted}
        return {
            grant.record: replace(known.told, state=State.STALE, until=0.0)
            for grant, known in found.items()
            if known is not None and known.at >= oldest and known.hidden_fields == grant.hidden_fields
        }


def views(session: Session, tag: str, answers: Mapping[Record, Told]) -> list[ViewRow]:
    """Who is told what: the rows that the audit must have first."""
    return [
        ViewRow(session.connection, session.viewer.subject, session.id, str(record), tag, answer.decision)
        for record, answer in answers.items()
        if answer.decision
    ]
