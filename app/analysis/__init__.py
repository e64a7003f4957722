"""The use case: analyses of documents for a viewer. The stored one, else the one before and saying so, else pending.

Which version a document has is asked of the host at each display, with the viewer's own right; what was said of that
version is shown at once. The work itself is a job (`analysis_work`), once for each document however many look.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cachetools import LRUCache
from sqlalchemy import Connection as DatabaseConnection

from app.analysis.pace import progress
from app.analysis.reading import Changes, Reading, changes
from app.answer import State
from app.config import CapabilitySettings, ConnectionSettings
from app.connections import Connection
from app.core.analyst import Analyst
from app.core.cache import Flights
from app.core.stored_analyses import StoredAnalyses, StoredAnalysis
from app.core.stored_readings import ANNOUNCED, ReadingKey, ReadingRow, StoredReadings, order
from app.db import Database
from app.db.epochs import announce
from app.db.jobs import Priority
from app.documents.refusals import BY_CODE
from app.errors import DocumentRefused, RateLimited, Unavailable
from app.hosts._document import DocumentFacts
from app.hosts._host import Call
from app.launch import Record
from app.permissions import Grant
from app.session.bearer import Session
from app.session.behalf import Behalf

FACTS_S = 15.0  # how long a host's word on a document's version is believed
OPENED, LISTED = Priority.WAITED, Priority.NORMAL  # somebody waits for this one, or it is one of a list

Admit = Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Facts:
    """The host's word on one document, None: there is none; and until when it is believed."""

    facts: DocumentFacts | None
    until: float


class Analyses:
    """Answers from what is stored, and has the rest done."""

    def __init__(
        self,
        behalf: Behalf,
        analysts: Mapping[str, Analyst],
        stored: StoredAnalyses,
        readings: StoredReadings,
        database: Database,
        recipes: Flights[tuple[str, str], str],
        wake: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._behalf, self._analysts, self._stored, self._readings = behalf, analysts, stored, readings
        self._database, self._recipes, self._wake, self._clock = database, recipes, wake, clock
        self._known: LRUCache[tuple[str, Record], _Facts] = LRUCache(20_000)
        self._lock = threading.Lock()

    def readings(
        self, session: Session, connection: Connection, grants: Sequence[Grant], admit: Admit = lambda: None
    ) -> dict[Record, Reading]:
        """The readings of documents that may be seen, in one go. `admit` is asked before work is begun, and may raise
        RateLimited: then it waits for a later look.

        Raises SessionExpired when the host does not know the viewer any more, StoreUnavailable.
        """
        told: dict[Record, Reading] = {}
        asked: dict[Record, CapabilitySettings] = {}
        for grant in grants:
            capability = connection.capability_for(grant.record, "analysis")
            if capability is None or connection.host.document_facts is None:
                told[grant.record] = Reading(State.EMPTY, "")
            else:
                asked[grant.record] = capability
        if not asked:
            return told
        facts, away = self._facts(session, connection, list(asked))
        keys = {
            record: ReadingKey(connection.source, capability.name, known.record)
            for record, capability in asked.items()
            if record in facts and (known := facts[record].facts) is not None
        }
        rows = self._readings.of(list(keys.values()))
        begun = self._begin(session, keys, facts, asked, rows, admit)
        rows |= self._readings.of(begun)
        until = {grant.record: grant.until for grant in grants}
        for record, capability in asked.items():
            if record not in facts:
                told[record] = Reading(State.UNAVAILABLE, capability.name, reference=away)
            elif record not in keys:
                told[record] = Reading(State.EMPTY, capability.name)
            else:
                told[record] = self._reading(keys[record], facts[record], rows.get(keys[record]), until[record])
        return told

    def outdate(self, conn: DatabaseConnection, connection: str, record: Record, at: float) -> bool:
        """The host says that a document changed: open panels look again, and it is read anew in the background, with
        the connection's own right, if anything of it was ever analysed. Whether it was. In the caller's transaction."""
        announce(conn, ANNOUNCED, connection, str(record), at=at)
        keys = self._readings.outdate(conn, connection, record)
        for key in keys:
            order(conn, key, LISTED, at)
        with self._lock:
            for known in [each for each in self._known if each[1] == record]:
                del self._known[known]
        return bool(keys)

    def close(self) -> None:
        """Ask nothing more."""
        self._recipes.close()

    def _facts(
        self, session: Session, connection: Connection, records: Sequence[Record]
    ) -> tuple[dict[Record, _Facts], str]:
        """What the host says of these documents, as far as it answers: what it said a while ago is better than
        nothing, as long as the viewer's grant holds; it only says which version there was."""
        now = self._clock()
        with self._lock:
            known = {record: found for record in records if (found := self._known.get((session.id, record)))}
        due = [record for record in records if record not in known or known[record].until <= now]
        read = connection.host.document_facts
        if not due or read is None:
            return known, ""

        def question(call: Call, settings: ConnectionSettings, url: str, token: str) -> dict[Record, DocumentFacts]:
            return read(call, settings, url, token, due)

        try:
            said = self._behalf.ask(session, connection, question)
        except Unavailable as error:
            return known, error.reason
        fresh = {record: _Facts(said.get(record), now + FACTS_S) for record in due}
        with self._lock:
            self._known.update({(session.id, record): each for record, each in fresh.items()})
        return known | fresh, ""

    def _begin(
        self,
        session: Session,
        keys: Mapping[Record, ReadingKey],
        facts: Mapping[Record, _Facts],
        asked: Mapping[Record, CapabilitySettings],
        rows: Mapping[ReadingKey, ReadingRow],
        admit: Admit,
    ) -> list[ReadingKey]:
        """Order the work that is due and that nobody is at; what was ordered."""
        now, due = self._clock(), {}
        for record, key in keys.items():
            version = _version(facts[record].facts)
            if self._is_due(asked[record], rows.get(key), version, now) and _admitted(admit):
                due[key] = version
        if not due:
            return []
        priority = OPENED if len(keys) == 1 else LISTED
        with self._database.begin() as conn:
            begun = [key for key, version in due.items() if self._readings.begin(conn, key, version, now)]
            for key in begun:
                order(conn, key, priority, now, session.id, session.connection, due[key])
        self._wake()
        return begun

    def _is_due(self, capability: CapabilitySettings, row: ReadingRow | None, version: str, now: float) -> bool:
        if row is None:
            return True
        if row.works_on(version, now) or (row.failed_version == version and (row.problem or now < row.retry_at)):
            return False
        return row.version != version or self._recipe(capability) not in (None, row.recipe)

    def _recipe(self, capability: CapabilitySettings) -> str | None:
        """By which model and playbook the core would answer now, if that is known; else it is asked beside."""
        analyst = self._analysts[capability.core]
        known = analyst.known_recipe(capability.name, capability.playbook)
        if known is None:
            asked = (capability.name, capability.playbook)
            self._recipes.run([asked], lambda mine: {each: analyst.recipe(*each) for each in mine})
        return known

    def _reading(self, key: ReadingKey, known: _Facts, row: ReadingRow | None, until: float) -> Reading:
        document, now = known.facts, self._clock()
        version = _version(document)
        reading = Reading(State.PENDING, key.capability, document=document)
        if row is None:  # not admitted
            return reading
        working = progress(row, now) if row.work_version == version else None
        failed = row.failed_version == version
        if failed and row.problem:
            sentence = BY_CODE.get(row.problem, DocumentRefused).title
            reading = replace(reading, state=State.EMPTY, problem=row.problem, sentence=sentence)
        elif failed and now < row.retry_at:
            reading = replace(reading, state=State.UNAVAILABLE)
        reading = replace(reading, progress=working, reference=row.reference or "" if failed else "")
        stored = self._stored.get(row.analysis) if row.analysis else None
        if stored is None or row.decision is None:
            return reading
        current = row.version == version
        believed = current and now < known.until  # else the host is away, and nobody knows which version there is
        return replace(
            reading,
            state=State.READY if believed else State.STALE,
            decision=row.decision,
            analysis=stored.analysis,
            pages=stored.pages,
            older=not current,
            changes=self._changes(row, stored) if current else None,
            until=min(until, known.until) if current and working is None else 0.0,
        )

    def _changes(self, row: ReadingRow, now: StoredAnalysis) -> Changes | None:
        before = self._stored.get(row.before) if row.before else None
        return changes(before.analysis, now.analysis) if before else None


def _admitted(admit: Admit) -> bool:
    try:
        admit()
    except RateLimited:
        return False
    return True


def _version(facts: DocumentFacts | None) -> str:
    return (facts.version or facts.etag) if facts else ""
