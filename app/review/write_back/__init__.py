"""Write-back: scores and reviews, put into fields of the host's record that the connection lists, by background work.

Who may cause a write: whoever's review was taken (their grant said that they see the record, as for everything that is
shown), and a score that was stored. What is written is never what somebody sent: a number that a core or a viewer
gave, or a word of a closed list, into a field that the configuration names. It is written with the integration
identity, which needs the right to edit those fields and no other. A viewer's token could write whatever its viewer may,
would have to be kept long after they left, and the host could not tell our writes from theirs.

`writer` does the work, `plan` says what is to be written, `desk` is what admins see and do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection as DatabaseConnection

from app.analysis.reading import Reading
from app.answer import Answer, WrittenBack
from app.audit.log import AuditLog
from app.config import CapabilitySettings, WriteBack
from app.config.write_back import OF_REVIEW, OF_SCORE
from app.connections import Connection, Connections
from app.core.analyses import Analysis
from app.core.stored import OUTDATED, Stored
from app.db import Database
from app.db.jobs import Priority, enqueue
from app.db.reviews import Verdict, counted
from app.keys.subjects import Sealer
from app.launch import Record
from app.metrics import Metrics
from app.review.change import SCORE, ReviewChange
from app.review.write_back import rows as write_backs
from app.review.write_back import scored
from app.review.write_back.plan import Kept
from app.review.write_back.rows import GIVEN, PARKED, QUEUED, UNDONE, Place, Row
from app.review.write_back.scored import KIND, Scored, key_of, payload_of

REVIEW = "review"
_OURS_TO_TELL = frozenset({"rule", "value"})  # whose words are made for people; others name the host's insides


class WriteBacks:
    """Takes wishes in, within the transaction of their cause, and tells how they stand."""

    def __init__(
        self,
        connections: Connections,
        sealer: Sealer,
        database: Database,
        audit: AuditLog,
        metrics: Metrics,
        clock: Callable[[], float],
    ) -> None:
        self._connections, self._sealer, self._database = connections, sealer, database
        self._audit, self._metrics, self._clock = audit, metrics, clock

    def reviewed(self, conn: DatabaseConnection, change: ReviewChange) -> None:
        """A listener of reviews. What still waits for a second person is not written."""
        fields = self._fields(change.connection, change.capability)
        if fields is None or not fields.of(OF_REVIEW) or not change.approved:
            return
        place = Place(change.connection, change.capability, change.record.type, change.record.id)
        said = _of_score(change) if change.item == SCORE else _of_findings(conn, place)
        version = self._wish(conn, place, Priority.CHANGED, REVIEW, change.decision, change.viewer, **said)
        self._audit.write(
            "writeback.queued",
            conn=conn,
            connection=change.connection,
            viewer=change.viewer,
            record=place.record,
            decision=change.decision or None,
            detail={"capability": change.capability, "cause": REVIEW, "version": version},
        )

    def scored(
        self,
        conn: DatabaseConnection,
        connection: Connection,
        capability: CapabilitySettings,
        scores: Sequence[Stored],
    ) -> None:
        """Scores were stored. Those that moved enough are written; what a launch carried is nobody's but that launch's,
        and what is outdated already is followed by another."""
        fields = self._fields(connection.source, capability.name)
        due = [each for each in scores if not each.key.carried and each.fresh_until != OUTDATED]
        if fields is None or not fields.of(OF_SCORE) or not due or not connection.settings.rollout:
            return
        said = [
            Scored(each.key.record, each.decision, each.score.value, each.score.computed_at.timestamp()) for each in due
        ]
        self._scores(conn, connection.source, capability, fields, said)

    def takes_scores(self, source: str, capability: str) -> bool:
        """Whether any field of the host's holds what a core says."""
        fields = self._fields(source, capability)
        return fields is not None and bool(fields.of(OF_SCORE))

    def imported(self, conn: DatabaseConnection, source: str, capability_name: str, scores: Sequence[Scored]) -> None:
        """Scores that a service brought, each its record's newest: written as those of a core are."""
        fields = self._fields(source, capability_name)
        connection = self._connections.get(source) if fields is not None else None
        capability = connection.capability_named(capability_name) if connection else None
        if fields and connection and capability and connection.settings.rollout:
            self._scores(conn, source, capability, fields, scores)

    def _scores(
        self, conn: DatabaseConnection, source: str, capability: CapabilitySettings, fields: WriteBack,
        scores: Sequence[Scored],
    ) -> None:  # fmt: skip
        known = self._known(conn, source, capability.name, [each.record for each in scores])
        if n := scored.wish(conn, source, capability, fields, scores, known, self._clock()):
            self._metrics.count("write_backs", n=n, connection=source, outcome="queued")

    def analysed(
        self,
        conn: DatabaseConnection,
        source: str,
        capability: CapabilitySettings,
        record: Record,
        decision: str,
        analysis: Analysis,
    ) -> None:
        """An analysis became a document's: its risk is its band."""
        fields = self._fields(source, capability.name)
        if fields is not None and fields.of(OF_SCORE):
            place = Place(source, capability.name, record.type, record.id)
            said = {"band": str(analysis.risk), "as_of": analysis.computed_at.timestamp()}
            self._wish(conn, place, Priority.REFRESH, "score", decision, "", **said)

    def joined(self, connection: Connection, answers: Mapping[Record, Answer]) -> dict[Record, Answer]:
        """The answers with how the host's record holds what was said of them. Raises StoreUnavailable."""
        asked: dict[str, list[Record]] = defaultdict(list)
        for record, answer in answers.items():
            if answer.score is not None:
                asked[answer.capability].append(record)
        found: dict[Record, WrittenBack] = {}
        for capability, records in asked.items():
            found |= self.states(connection, capability, records)
        return {record: replace(each, write_back=found.get(record)) for record, each in answers.items()}

    def of_readings(self, connection: Connection, readings: Mapping[Record, Reading]) -> dict[Record, Reading]:
        """The same of what was said of documents' findings: of the document, whichever record it was asked by. Raises
        StoreUnavailable."""
        asked: dict[str, list[Record]] = defaultdict(list)
        for reading in readings.values():
            if reading.analysis is not None and reading.document is not None:
                asked[reading.capability].append(reading.document.record)
        found = {
            (capability, record): told
            for capability, records in asked.items()
            for record, told in self.states(connection, capability, records).items()
        }
        return {
            record: replace(
                each, write_back=found.get((each.capability, each.document.record)) if each.document else None
            )
            for record, each in readings.items()
        }

    def states(self, connection: Connection, capability: str, records: Sequence[Record]) -> dict[Record, WrittenBack]:
        """What cards say of it: reviews that are on their way or there, and whatever is parked. Raises
        StoreUnavailable."""
        if self._fields(connection.source, capability) is None:
            return {}
        with self._database.read() as conn:
            rows = self._known(conn, connection.source, capability, records)
        shown = {record: row for record, row in rows.items() if row.is_told or row.state in PARKED}
        return {record: told for record, row in shown.items() if (told := self._told(row)) is not None}

    def _told(self, row: Row) -> WrittenBack | None:
        if row.state == QUEUED:
            return WrittenBack("queued", row.waits_for, _at(row.wished_at))
        if row.state in PARKED:
            kept = kept_of(self._sealer, row)
            words = kept.words if row.why in _OURS_TO_TELL else ""
            return WrittenBack(row.state, row.why, _at(row.at), words, kept.fields)
        if row.state == write_backs.WRITTEN:
            return WrittenBack("written" if row.review == GIVEN else "restored", row.why, _at(row.at))
        return None

    def _wish(
        self,
        conn: DatabaseConnection,
        place: Place,
        priority: Priority,
        cause: str,
        decision: str,
        viewer: str,
        **said: Any,
    ) -> int:
        """The wish and its job. One that waits already does for both: it writes what holds when it runs."""
        now = self._clock()
        version = write_backs.wish(conn, place, now, cause=cause, decision=decision, viewer=viewer, **said)
        queue(conn, place, priority)
        self._metrics.count("write_backs", connection=place.connection, outcome="queued")
        return version

    def _known(
        self, conn: DatabaseConnection, source: str, capability: str, records: Sequence[Record]
    ) -> dict[Record, Row]:
        kinds = {record.type for record in records}
        rows = [
            row
            for kind in kinds
            for row in write_backs.of_records(
                conn, source, capability, kind, [each.id for each in records if each.type == kind]
            )
        ]
        return {Record(row.record_type, row.record_id): row for row in rows}

    def _fields(self, source: str, capability: str) -> WriteBack | None:
        if source not in self._connections:
            return None
        return self._connections.get(source).settings.write_back.get(capability)


def queue(conn: DatabaseConnection, place: Place, priority: Priority) -> None:
    """Have it written by whoever is free."""
    enqueue(conn, KIND, payload_of(place), priority=priority, dedupe_key=key_of(place))


def kept_of(sealer: Sealer, row: Row) -> Kept:
    """What is remembered of a row; nothing once its subject's key is gone."""
    if row.kept is None:
        return Kept()
    [text] = sealer.open_all([(row.kept, row.place.context)])
    return Kept.read(text)


def _of_score(change: ReviewChange) -> dict[str, Any]:
    if change.verdict is None:
        return {"review": UNDONE, "verdict": "", "override": None, "reason": ""}
    override = change.value if change.verdict is Verdict.OVERRIDDEN else None
    return {"review": GIVEN, "verdict": str(change.verdict), "override": override, "reason": change.reason}


def _of_findings(conn: DatabaseConnection, place: Place) -> dict[str, Any]:
    """How many findings have which verdict now: "2 accepted, 1 dismissed"."""
    found = counted(conn, place.connection, place.capability, place.record_type, place.record_id)
    text = ", ".join(f"{found[each]} {each}" for each in Verdict if found.get(each))
    return {"review": GIVEN if text else UNDONE, "verdict": text, "override": None, "reason": ""}


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
