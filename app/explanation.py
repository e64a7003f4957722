"""The use case: why a decision is what it is. What it was made from, what each reason did, by which model, how fresh it
is, who saw it, and what was said of it.

A viewer is told what they may see of the record now; an auditor all of it. To be told is audited, and so is to ask for
what is somebody else's.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from app.answer import band, cut
from app.audit.decisions import Look, Said, Trail, looked, trail
from app.audit.log import AuditLog, new_reference
from app.connections import Connection, Connections
from app.core.shapes import Score
from app.core.stored import Decided, StoredScores
from app.db import Database
from app.db.batches import batch_of
from app.errors import BadRequest, Denied, InlayError, NotFound
from app.permissions import Grant, Permissions
from app.session.bearer import Session

_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True, slots=True)
class Explanation:
    """One decision, explained. Of an analysis there is no score: `facts` say what the audit has of it."""

    decision: str
    connection: str
    capability: str
    title: str
    record: str
    decided_at: datetime
    looks: tuple[Look, ...]
    looks_in_all: int
    viewers: int
    said: tuple[Said, ...]
    score: Score | None = None
    band: str = ""
    inputs: Mapping[str, Any] | None = None  # by field; None: nobody can read them any more
    hidden_fields: int = 0  # inputs and reasons that this viewer may not see
    hidden_factors: int = 0
    fresh_until: datetime | None = None
    is_fresh: bool = False
    facts: Mapping[str, Any] | None = None
    erased_at: datetime | None = None
    batch: str | None = None  # in which it was imported; None: a core was asked
    is_carried: bool = False  # made of what one launch said of the record, and no other need say

    @property
    def model(self) -> tuple[str, str]:
        """Name and version."""
        if self.score is not None:
            return self.score.model.name, self.score.model.version
        facts = self.facts or {}
        return str(facts.get("model", "")), str(facts.get("version", ""))


class Explanations:
    """Explains. Every method raises StoreUnavailable."""

    def __init__(
        self,
        stored: StoredScores,
        connections: Connections,
        permissions: Permissions,
        audit: AuditLog,
        database: Database,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._stored, self._connections, self._permissions = stored, connections, permissions
        self._audit, self._database, self._clock = audit, database, clock

    def of(self, decision: str) -> Explanation:
        """All of it, for somebody who may know all of its connection. Raises NotFound."""
        if not _ID.fullmatch(decision):  # nothing of it may reach a database, which refuses some characters
            raise _unknown()
        decided, found = self._stored.decided([decision]).get(decision), trail(self._database, decision)
        explanation = self._score(decided, found) if decided is not None else self._analysis(decision, found)
        if explanation is None:
            raise _unknown()
        return explanation

    def for_viewer(self, session: Session, decision: str) -> Explanation:
        """What this viewer may see of it. Raises Denied, one and the same whatever is wrong, with its reference; and
        what asking the host raises."""
        try:
            whole = self.of(decision)
            grant = self._granted(session, whole)
        except (Denied, BadRequest) as error:
            raise self._refused(session, decision, error) from error
        told = _cut(whole, grant, session.viewer.subject)
        self._audit.write(
            "decision.explained",
            connection=session.connection,
            viewer=session.viewer.subject,
            session=session.id,
            record=str(grant.record),
            decision=decision,
            detail={"how": "json"},
        )
        return told

    def note(self, explanation: Explanation, admin: str, how: str, language: str = "") -> None:
        """An admin is told; before they are."""
        self._audit.write(
            "decision.explained",
            connection=explanation.connection,
            record=explanation.record or None,
            decision=explanation.decision,
            detail={"how": how, "admin": admin, "language": language or None},
        )

    def _granted(self, session: Session, whole: Explanation) -> Grant:
        """The viewer's right to the record, as of now. Raises Denied, and what asking the host raises."""
        connection = self._connections.get(session.connection)
        if whole.score is not None:
            if whole.connection != connection.name:
                raise Denied(reason="decision-elsewhere")
            names = frozenset({whole.record})
            if not self._is_of_their_facts(session, whole):
                raise Denied(reason="facts-of-another-launch")
        else:  # a document has many names, and its analysis lies with the connection that it is read through
            if whole.connection != connection.source:
                raise Denied(reason="decision-elsewhere")
            names = looked(self._database, whole.decision, connection.name, session.viewer.subject)
        records = [record for record in session.records if str(record) in names]
        if whole.erased_at is not None or not records:
            raise Denied(reason="record-not-in-session")
        for grant in self._permissions.grants(session, records).values():
            if isinstance(grant, Grant):
                return grant
            if not isinstance(grant, Denied):
                raise grant
        raise Denied(reason="host-says-no")

    def _is_of_their_facts(self, session: Session, whole: Explanation) -> bool:
        """What one launch carried is for those who were shown it. Whoever brought their own facts may see these, as
        `Permissions` has it, so of what was read at the host they are told nothing."""
        if whole.is_carried:
            return bool(looked(self._database, whole.decision, session.connection, session.viewer.subject))
        return session.fields is not None or whole.record not in map(str, session.carried)

    def _refused(self, session: Session, decision: str, error: InlayError) -> Denied:
        reference = new_reference()
        self._audit.write(
            "explanation.refused",
            reason=error.reason,
            connection=session.connection,
            viewer=session.viewer.subject,
            session=session.id,
            decision=decision[:80],
            reference=reference,
        )
        refused = Denied(reason=error.reason)
        refused.reference = reference
        return refused

    def _score(self, decided: Decided, found: Trail) -> Explanation:
        stored = decided.stored
        key, score = stored.key, stored.score
        connection = self._connection(key.connection)
        capability = connection.capability_named(key.capability) if connection else None
        fresh = decided.erased_at is None and stored.fresh_until > self._clock()
        return Explanation(
            decision=stored.decision,
            connection=key.connection,
            capability=key.capability,
            title=capability.title if capability else "",
            record=str(key.record) if key.record.id else "",
            decided_at=_time(stored.stored_at),
            looks=found.looks,
            looks_in_all=found.looks_in_all,
            viewers=found.viewers,
            said=found.said,
            score=score,
            band=band(score.value, capability.bands) if capability else "",
            inputs=decided.snapshot,
            fresh_until=_time(stored.fresh_until) if stored.fresh_until else None,
            is_fresh=fresh,
            erased_at=_time(decided.erased_at) if decided.erased_at is not None else None,
            batch=batch_of(self._database, stored.core),
            is_carried=bool(key.carried),
        )

    def _analysis(self, decision: str, found: Trail) -> Explanation | None:
        given = found.given
        if given is None or given.event != "analysis.given":
            return None
        connection, name = self._connection(given.connection), str(given.detail.get("capability", ""))
        capability = connection.capability_named(name) if connection else None
        return Explanation(
            decision=decision,
            connection=given.connection,
            capability=name,
            title=capability.title if capability else "",
            record=given.record,
            decided_at=_time(given.at),
            looks=found.looks,
            looks_in_all=found.looks_in_all,
            viewers=found.viewers,
            said=found.said,
            facts=given.detail,
        )

    def _connection(self, name: str) -> Connection | None:
        return self._connections.get(name) if name in self._connections else None


def _cut(whole: Explanation, grant: Grant, viewer: str) -> Explanation:
    """Nothing of hidden fields, and no other viewer's name."""
    hidden, inputs = grant.hidden_fields, whole.inputs
    told = replace(
        whole,
        record=str(grant.record),
        looks=tuple(look for look in whole.looks if look.viewer == viewer),
        said=tuple(replace(said, viewer=viewer if said.viewer == viewer else "") for said in whole.said),
    )
    if whole.score is None:
        return told
    score, left_out = cut(whole.score, hidden)
    seen = {name: value for name, value in inputs.items() if name not in hidden} if inputs is not None else None
    fields = len(inputs) - len(seen) if inputs is not None and seen is not None else 0
    return replace(told, score=score, hidden_factors=left_out, inputs=seen, hidden_fields=fields)


def _unknown() -> NotFound:
    return NotFound("There is no such decision, or it is not yours to see.", reason="decision-unknown")


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
