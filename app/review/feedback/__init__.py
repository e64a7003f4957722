"""Feedback: what people say of a decision goes to the core that gave it, exactly once in effect.

A change is queued in the transaction that keeps it. A job posts it under an id of its own until the core has it; the
core hears an id once, and the highest version of a thread holds. Whoever is erased is not told of any more, and what
was told before is retracted.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from app.audit.log import AuditLog
from app.config import Settings
from app.core.client import CoreClient, unavailable
from app.db import Database
from app.db import feedback as rows
from app.db.jobs import enqueue
from app.launch import Record
from app.metrics import Metrics
from app.net.door import Response
from app.review.change import SCORE, ReviewChange
from app.review.feedback.told import WITHDRAWN, body, facts

NOT_TAKEN = frozenset({404, 405, 501})
REFUSED_S = 86_400.0  # so long a core that takes none is not asked again


class Feedback:
    """Queues changes and tells them. Methods with a connection are called in the transaction of their cause."""

    def __init__(
        self,
        settings: Settings,
        cores: Mapping[str, CoreClient],
        database: Database,
        audit: AuditLog,
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings, self._database, self._audit = settings, database, audit
        self._metrics, self._clock = metrics, clock
        self._takers = {each.identity: each for name, each in cores.items() if settings.cores[name].feedback}

    def reviewed(self, conn: Connection, change: ReviewChange) -> None:
        """A listener of reviews. What waits for a second person is not final, and is not told."""
        if not change.approved:
            return
        said = {
            "verdict": str(change.verdict) if change.verdict else WITHDRAWN,
            "value": change.value,
            "severity": change.severity,
            "reason": change.reason,
        }
        item = "" if change.item == SCORE else change.item
        self._queue(conn, "review", change.connection, change.capability, change.record, change.decision, item, said,
                    change.version, change.at)  # fmt: skip

    def thumbed(
        self,
        conn: Connection,
        connection: str,
        capability: str,
        record: Record,
        decision: str,
        *,
        viewer: str,
        thumb: str,
        word: str,
        version: int,
        at: float,
    ) -> None:
        """A viewer's thumb on a decision; an empty one was taken back. One of each viewer and decision holds."""
        digest = hashlib.sha256(f"{connection}\n{decision}\n{viewer}".encode("utf-8", "surrogatepass")).hexdigest()
        said = {"verdict": thumb or WITHDRAWN, "reason": word}
        self._queue(conn, "thumb", connection, capability, record, decision, f"thumb-{digest[:32]}", said, version, at)

    def tell(self, payload: Mapping[str, Any]) -> None:
        """Post one change, or a retraction. Raises CoreUnavailable, StoreUnavailable: then it is tried again."""
        core, told = str(payload["core"]), payload["told"]
        client, now = self._takers.get(core), self._clock()
        if client is None or self._refuses(core, now):
            self._metrics.count("feedback", outcome="not-taken")
            return
        if told["kind"] != "retraction":
            with self._database.begin() as conn:
                if not rows.begun(conn, told["thread"], told["version"], now):
                    self._metrics.count("feedback", outcome="over")
                    return
        response = client.ask("POST", "/v1/feedback", lambda _: told)
        if response.status not in NOT_TAKEN and not response.ok:
            raise unavailable(response)
        self._note(core, client.name, payload, response, now)

    def _note(self, core: str, name: str, payload: Mapping[str, Any], response: Response, now: float) -> None:
        told = payload["told"]
        with self._database.begin() as conn:
            if not response.ok:
                rows.refused(conn, core, response.status, now)
            else:
                rows.taken(conn, core)
                rows.heard(conn, told["thread"], told["version"])
                if told["kind"] == "retraction":
                    self._audit.write("feedback.retracted", conn=conn, detail={"core": name})
                else:
                    detail = {"core": name, "kind": told["kind"], "verdict": told["verdict"]}
                    self._audit.write("feedback.told", conn=conn, connection=payload["connection"],
                                      record=payload["record"], decision=told["decision"], detail=detail)  # fmt: skip
        self._metrics.count("feedback", outcome="told" if response.ok else "not-taken")

    def _refuses(self, core: str, now: float) -> bool:
        found = rows.refusals(self._database).get(core)
        return found is not None and now - found[1] < REFUSED_S

    def _queue(
        self,
        conn: Connection,
        kind: str,
        connection: str,
        capability: str,
        record: Record,
        decision: str,
        item: str,
        said: Mapping[str, Any],
        version: int,
        at: float,
    ) -> None:
        known = facts(conn, decision)
        core = (known.core or self._answering(capability)) if known else ""
        if known is None or core not in self._takers:
            return
        thread = rows.thread(conn, rows.Of(core, connection, capability, record.type, record.id, item))
        # what a core was not told with its question it is not told with the answer to it
        subject = {"type": record.type, "id": record.id, "connection": known.connection} if known.connection else None
        spoken = "answer" if kind == "thumb" else item or SCORE
        of = {"capability": capability, "decision": decision, "subject": subject, "item": spoken}
        told = body(kind, thread, version, of=of, known=known, said=said, at=at)
        payload = {"core": core, "connection": connection, "record": str(record), "told": told}
        enqueue(conn, rows.KIND, payload, max_attempts=rows.ATTEMPTS)

    def _answering(self, capability: str) -> str:
        """Of an analysis the table does not say which core it is of: the one that answers now."""
        named = self._settings.capabilities.get(capability)
        return next((each for each, client in self._takers.items() if named and client.name == named.core), "")
