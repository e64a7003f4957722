"""Reviews: what viewers say of an answer, or of one item of it. The last verdict holds, for all who see the record.

A verdict on a finding is kept by the finding's fingerprint: it holds in every later analysis, of the same version or of
the next, in which the same words are found again. All of them are in the audit, without the viewers' own words.
"""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType

from app.analysis.reading import Reading, Reviewed
from app.audit.log import AuditLog
from app.connections import Connection
from app.core.analyses import Severity, fingerprint
from app.db import Database
from app.db import reviews as rows
from app.db.epochs import Epochs, announce
from app.db.reviews import Verdict
from app.errors import BadRequest, NotFound
from app.keys import Keyring
from app.launch import Record
from app.metrics import Metrics
from app.review.change import Listener, ReviewChange
from app.session.bearer import Session

ANNOUNCED = "review"  # the kind of change that says: a record's reviews are others
VERDICTS: Mapping[str, Verdict] = {
    "accept": Verdict.ACCEPTED,
    "dismiss": Verdict.DISMISSED,
    "override": Verdict.OVERRIDDEN,
}
UNDO = "undo"
MAX_COMMENT = 2_000
_REASON = re.compile(r"[a-z][a-z-]{0,39}")
_ITEM, _DECISION = re.compile(r"[0-9a-f]{1,64}"), re.compile(r"[A-Za-z0-9_-]{1,64}")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a\u202b\u202d\u202e]")


class FindingGone(NotFound):
    """The viewer spoke of what is no longer shown; the panel gets the new answer at its next look."""

    code, status, title = "finding-gone", 409, "This finding is no longer there. The document was analysed again."


@dataclass(frozen=True, slots=True)
class Said:
    """What a viewer sent, checked by itself."""

    decision: str
    item: str
    verdict: Verdict | None  # None: the verdict is taken back
    severity: str = ""
    reason: str = ""
    comment: str = ""

    @property
    def facts(self) -> dict[str, str | None]:
        """What the audit says of a verdict."""
        return {
            "verdict": str(self.verdict),
            "severity": self.severity or None,
            "reason": self.reason or None,
        }

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> Said:
        """Raises BadRequest."""
        word = form.get("verdict", "")
        if word != UNDO and word not in VERDICTS:
            raise BadRequest(f"A verdict is one of {', '.join(VERDICTS)}, {UNDO}.", reason="review-verdict")
        verdict, item, decision = VERDICTS.get(word), form.get("finding", ""), form.get("decision", "")
        if not _ITEM.fullmatch(item):
            raise BadRequest("Name the finding by its fingerprint.", reason="review-finding")
        if not _DECISION.fullmatch(decision):
            raise BadRequest("Name the decision that the finding is of.", reason="review-decision")
        severity = form.get("severity", "") if verdict is Verdict.OVERRIDDEN else ""
        if verdict is Verdict.OVERRIDDEN and severity not in set(Severity):
            raise BadRequest(f"A severity is one of {', '.join(Severity)}.", reason="review-severity")
        reason = form.get("reason", "")
        if (reason or verdict is Verdict.DISMISSED) and not _REASON.fullmatch(reason):
            raise BadRequest("Give the reason as a word, for example not-relevant.", reason="review-reason")
        comment = form.get("comment", "").strip()
        if len(comment) > MAX_COMMENT or _CONTROLS.search(comment):
            raise BadRequest(f"A comment is plain text of at most {MAX_COMMENT:,} characters.", reason="review-comment")
        return cls(decision, item, verdict, severity, reason, comment)


class Reviews:
    """Keeps verdicts, and adds them to readings."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        audit: AuditLog,
        epochs: Epochs,
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
        listeners: Sequence[Listener] = (),
    ) -> None:
        """`listeners` hear of each change in its transaction."""
        self._listeners = listeners
        self._database, self._keyring, self._audit = database, keyring, audit
        self._epochs, self._metrics, self._clock = epochs, metrics, clock

    def joined(
        self, session: Session, connection: Connection, readings: Mapping[Record, Reading]
    ) -> dict[Record, Reading]:
        """The readings with the verdicts on their findings."""
        shown = {record: each for record, each in readings.items() if each.analysis and each.document}
        groups: dict[tuple[str, str], set[str]] = defaultdict(set)
        for each in shown.values():
            if each.document:
                groups[each.capability, each.document.record.type].add(each.document.record.id)
        found: dict[tuple[str, str], dict[str, Reviewed]] = defaultdict(dict)
        if groups:
            with self._database.read() as conn:
                kept = [
                    row
                    for (capability, kind), ids in groups.items()
                    for row in rows.of_records(conn, connection.source, capability, kind, ids)
                ]
            for row in kept:
                place = (row.capability, f"{row.record_type}/{row.record_id}")
                found[place][row.item] = self._reviewed(row, session.viewer.subject)
        return {
            record: replace(each, reviews=MappingProxyType(found[each.capability, str(each.document.record)]))
            if record in shown and each.document
            else each
            for record, each in readings.items()
        }

    def give(self, session: Session, connection: Connection, component: str, reading: Reading, said: Said) -> None:
        """Keep a verdict on a finding of this reading, or take it back: with its audit row, or not at all.

        Raises FindingGone, StoreUnavailable.
        """
        document, analysis = reading.document, reading.analysis
        if document is None or analysis is None:
            raise FindingGone(reason="review-without-analysis")
        if said.item not in {fingerprint(each) for each in analysis.findings}:
            raise FindingGone(reason="review-finding-unknown")
        now, record = self._clock(), document.record
        named = (connection.source, reading.capability, record.type, record.id)
        with self._database.begin() as conn:
            if not rows.holds(conn, *named):
                raise FindingGone(reason="review-of-erased")
            version = announce(conn, ANNOUNCED, connection.source, str(record), at=now)
            if said.verdict is not None:
                rows.put(conn, replace(self._row(session, named, said, now), version=version, via=connection.name))
            elif not rows.take_back(conn, *named, said.item):
                return  # somebody did so before
            facts: dict[str, str | None] = {"component": component, "capability": reading.capability, "item": said.item}
            self._audit.write(
                "review.given" if said.verdict else "review.undone",
                conn=conn,
                connection=session.connection,
                viewer=session.viewer.subject,
                session=session.id,
                record=str(record),
                decision=reading.decision,
                detail=facts | (said.facts if said.verdict else {}),
            )
            change = ReviewChange(
                connection.source, reading.capability, record, reading.decision, said.item, said.verdict, None,
                said.severity, said.reason, session.viewer.subject, True, version, now,
            )  # fmt: skip
            for listen in self._listeners:
                listen(conn, change)
        self._metrics.count("reviews", capability=reading.capability, verdict=str(said.verdict or UNDO))
        self._epochs.look()  # what is answered next is of after this

    def _row(self, session: Session, named: tuple[str, str, str, str], said: Said, now: float) -> rows.Row:
        verdict = str(said.verdict)
        row = rows.Row(
            *named, said.item, said.decision, verdict, said.severity, said.reason, session.viewer.subject, b"", now
        )
        words = json.dumps({"by": session.viewer.name, "comment": said.comment}).encode()
        return replace(row, said=self._keyring.seal(words, row.context))

    def _reviewed(self, row: rows.Row, viewer: str) -> Reviewed:
        words = json.loads(self._keyring.open(row.said, row.context))
        return Reviewed(
            finding=row.item,
            verdict=Verdict(row.verdict),
            severity=row.severity,
            reason=row.reason,
            comment=words["comment"],
            by=words["by"],
            at=datetime.fromtimestamp(row.at, UTC),
            mine=row.viewer == viewer,
        )
