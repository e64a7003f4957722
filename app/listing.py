"""Lists: which records a viewer's list is about, what they are called, and all of it as one answer.

A session that names its records lists those. One that names none (a home page has no record) lists the records that
its connection scored last, as far as the host, asked with the viewer's own token, lets this viewer see them: of the
others nothing is said, not even how many there are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence

from cachetools import LRUCache, TTLCache

from app.answer import Answer, Listing, Row, State
from app.config import is_high
from app.connections import Connection, Connections
from app.core.lately import scored_lately
from app.core.stored import StoredScores
from app.db import Database, reviews
from app.errors import Denied, InlayError
from app.launch import LISTED, MAX_RECORDS, Record
from app.permissions import ALLOWED_FOR_S, Grant, Permissions
from app.session import Sessions
from app.session.bearer import Session

ASKED_MOST = 1_000  # records that the host is asked about for one list: five calls, each of 200
Members = Mapping[Record, Grant | InlayError]
_SHOWN_FIRST = (State.READY, State.STALE, State.PENDING, State.UNAVAILABLE)


class Listings:
    """Finds a list's records. For all threads."""

    def __init__(
        self,
        connections: Connections,
        permissions: Permissions,
        sessions: Sessions,
        stored: StoredScores,
        database: Database,
        clock: Callable[[], float],
    ) -> None:
        self._connections, self._permissions, self._sessions = connections, permissions, sessions
        self._stored, self._database = stored, database
        # by session: as long as the host's yes is believed, the same records are looked at
        self._found: TTLCache[str, tuple[Record, ...]] = TTLCache(10_000, ALLOWED_FOR_S, timer=clock)
        # by decision, and what a viewer may not see of its input: neither changes
        self._high: LRUCache[tuple[str, frozenset[str]], bool] = LRUCache(20_000)
        self._lock = threading.Lock()

    def members(self, session: Session, connection: Connection) -> Members:
        """A grant for each record of the list, or why not. What failed for all of them stands under `LISTED`.

        Raises StoreUnavailable.
        """
        if session.records:
            return self._permissions.grants(session, session.records)
        if session.attested_record:
            return {}  # its launch says which records there are: none
        with self._lock:
            known = self._found.get(session.id)
        if known is None:
            return self._find(session, connection)
        asked = self._permissions.grants(session, known)
        return {record: each for record, each in asked.items() if not isinstance(each, Denied)}

    def names(self, session: Session, granted: Sequence[Grant]) -> dict[Record, str]:
        """What the viewer knows them by, where the host said it. Raises StoreUnavailable."""
        told = self._sessions.names(session)
        return {grant.record: grant.name or told.get(str(grant.record), "") for grant in granted}

    def pressing(
        self, connection: Connection, granted: Sequence[Grant], answers: Mapping[Record, Answer]
    ) -> frozenset[Record]:
        """Those that the priority rules name of the connection that the records are read through; none without rules.

        Told from what each score was computed from, as far as this viewer may see it: an order that a hidden field
        makes would tell of it. Raises StoreUnavailable.
        """
        rules = self._connections.get(connection.source).settings.priority
        hidden = {each.record: each.hidden_fields for each in granted}
        asked = {
            record: (each.decision, hidden.get(record, frozenset()))
            for record, each in answers.items()
            if each.score is not None and rules.get(each.capability)
        }
        with self._lock:
            known = {key: self._high[key] for key in set(asked.values()) if key in self._high}
        decided = self._stored.decided({key[0] for key in asked.values() if key not in known}) if asked else {}
        for record, (decision, unseen) in asked.items():
            if (decision, unseen) not in known:
                told = decided[decision].snapshot if decision in decided else None
                seen = {name: value for name, value in (told or {}).items() if name not in unseen}
                known[decision, unseen] = is_high(rules[answers[record].capability], seen)
        with self._lock:
            self._high.update(known)
        return frozenset(record for record, key in asked.items() if known[key])

    def _find(self, session: Session, connection: Connection) -> Members:
        found: dict[Record, Grant | InlayError] = {}
        candidates = self._candidates(connection)
        for start in range(0, min(len(candidates), ASKED_MOST), MAX_RECORDS):
            asked = self._permissions.grants(session, candidates[start : start + MAX_RECORDS])
            failed = next((each for each in asked.values() if not isinstance(each, Grant | Denied)), None)
            if failed is not None:  # half a list would look like a whole one
                return {LISTED: failed}
            found |= {record: each for record, each in asked.items() if isinstance(each, Grant)}
            if len(found) >= MAX_RECORDS:
                break
        members = dict(list(found.items())[:MAX_RECORDS])
        with self._lock:
            self._found[session.id] = tuple(members)
        return members

    def _candidates(self, connection: Connection) -> list[Record]:
        """What waits for somebody first, which may be older than what was scored last."""
        with self._database.read() as conn:
            waiting = [Record(*each) for each in reviews.waiting(conn, connection.source, "score", MAX_RECORDS)]
        scored = [
            record
            for capability in connection.capabilities
            if capability.kind == "score"
            for name in self._connections.readers_of(connection.source)  # the same records, by other ways in
            for record in scored_lately(self._database, name, capability.name, ASKED_MOST)
        ]
        return list(dict.fromkeys([*waiting, *scored]))


def listing(
    answers: Mapping[Record, Answer], names: Mapping[Record, str], pressing: Collection[Record] = ()
) -> Listing:
    """One answer of many: what some are denied or lack is counted and said, and never hides the others."""
    rows = tuple(
        Row(record, answer, names.get(record, ""), record in pressing)
        for record, answer in answers.items()
        if record != LISTED and answer.state is not State.DENIED
    )
    capabilities = {row.answer.capability for row in rows} - {""}
    return Listing(
        state=_state({answer.state for answer in answers.values()}),
        capability=capabilities.pop() if len(capabilities) == 1 else "",
        rows=rows,
        denied=sum(answer.state is State.DENIED for answer in answers.values()),
        reference=next((answer.reference for answer in answers.values() if answer.reference), ""),
        until=min((answer.until for answer in answers.values()), default=0.0),
    )


def _state(states: Collection[State]) -> State:
    """The best that there is to show; denied only where that is all."""
    for state in _SHOWN_FIRST:
        if state in states:
            return state
    return State.DENIED if states == {State.DENIED} else State.EMPTY
