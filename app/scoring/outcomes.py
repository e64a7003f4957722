"""What came of the work on a document: kept together with its audit row, and every process is told."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.audit.log import AuditLog, new_reference
from app.config import CapabilitySettings
from app.core.analyses import Analysis
from app.core.stored_analyses import Content, StoredAnalyses
from app.core.stored_readings import ANNOUNCED, ReadingKey, ReadingRow, StoredReadings
from app.db import Database
from app.db.epochs import announce
from app.errors import AnswerRefused, CoreUnavailable, InlayError, StoreUnavailable
from app.launch import Record
from app.scoring.decisions import decision_id


@dataclass(frozen=True, slots=True)
class Found:
    """What a core said of a content."""

    content: Content
    analysis: Analysis
    pages: int


Heard = Callable[[Connection, str, CapabilitySettings, Record, str, Analysis], None]


class _Erased(Exception):
    """The record's row is gone."""


class Outcomes:
    """Keeps. Shared by all threads."""

    def __init__(
        self,
        stored: StoredAnalyses,
        readings: StoredReadings,
        database: Database,
        audit: AuditLog,
        clock: Callable[[], float] = time.time,
        listeners: Sequence[Heard] = (),
    ) -> None:
        """`listeners` hear of each new decision in its transaction."""
        self._listeners = listeners
        self._stored, self._readings, self._database = stored, readings, database
        self._audit, self._clock = audit, clock

    def keep(self, key: ReadingKey, version: str, capability: CapabilitySettings, found: Found) -> None:
        """Analysis, decision and audit row in one transaction. An analysis that the record has already is no new
        decision; of a record that was erased meanwhile nothing is kept. Raises StoreUnavailable."""
        with contextlib.suppress(_Erased):
            self._keep(key, version, capability, found)

    def _keep(self, key: ReadingKey, version: str, capability: CapabilitySettings, found: Found) -> None:
        now, before = self._clock(), self._readings.of([key]).get(key)
        with self._database.begin() as conn:
            kept = self._stored.save(conn, found.content, found.analysis, found.pages, now)
            same = before is not None and before.analysis == kept and before.decision
            decision = same or decision_id(now)
            values = {
                "decision": decision,
                "analysis": kept,
                "recipe": found.content.recipe,
                "version": version,
                "before": _before(before, kept),
            }
            if not self._readings.settle(conn, key, values):
                raise _Erased  # so that the transaction is undone
            announce(conn, ANNOUNCED, key.connection, str(key.record), at=now)
            if not same:
                self._audit.write(
                    "analysis.given",
                    conn=conn,
                    connection=key.connection,
                    record=str(key.record),
                    decision=decision,
                    detail=_snapshot(capability, found),
                )
                for listen in self._listeners:
                    listen(conn, key.connection, capability, key.record, decision, found.analysis)

    def fail(
        self, key: ReadingKey, version: str, error: InlayError, session: str, problem: str = "", retry_s: float = 0.0
    ) -> None:
        """Keep why, under a reference that a viewer may quote. Where there is nowhere to write it, nothing happens."""
        reference, now = new_reference(), self._clock()
        facts: dict[str, Any] = {"capability": key.capability, "reference": reference, "session": session or None}
        if problem:
            event, facts = "document.refused", facts | {"problem": problem}
        elif isinstance(error, AnswerRefused):
            event, facts = "core.refused", facts | {"path": error.path}
        else:
            event = "core.failed" if isinstance(error, CoreUnavailable) else "host.failed"
        named = {"connection": key.connection, "record": str(key.record), "reason": error.reason}
        with contextlib.suppress(StoreUnavailable), self._database.begin() as conn:
            self._readings.fail(conn, key, version, problem, reference, now + retry_s)
            announce(conn, ANNOUNCED, key.connection, str(key.record), at=now)
            self._audit.write(event, conn=conn, **named, detail=facts)


def _before(row: ReadingRow | None, kept: str) -> str | None:
    """The analysis to compare with: the one that was shown until now; a version that reads the same is none."""
    if row is None or row.analysis is None:
        return None
    return row.before if row.analysis == kept else row.analysis


def _snapshot(capability: CapabilitySettings, found: Found) -> dict[str, Any]:
    """What the audit keeps of an analysis: nothing that stands in the document."""
    analysis = found.analysis
    return {
        "capability": capability.name,
        "risk": str(analysis.risk),
        "model": analysis.model.name,
        "version": analysis.model.version,
        "playbook": capability.playbook,
        "findings": len(analysis.findings),
        "facts": len(analysis.facts),
        "pages": found.pages,
        "content_hash": found.content.content_hash,
        "recipe": found.content.recipe,
    }
