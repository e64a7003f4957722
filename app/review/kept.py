"""A review as it is kept: who spoke and in which words is sealed; and as a viewer sees it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from app.answer import Reviewed
from app.connections import Connection, Connections
from app.db.reviews import Approval, Row, Verdict
from app.keys import Keyring
from app.review.rules import is_another, is_own, rules
from app.review.said import Said
from app.session.bearer import Session


class Kept:
    """Makes rows of what is said, and what is seen of rows."""

    def __init__(self, keyring: Keyring, connections: Connections) -> None:
        self._keyring, self._connections = keyring, connections

    def through(self, row: Row) -> Connection | None:
        """The connection that a review was given through; None where there is none of that name any more."""
        return self._connections.get(row.via) if row.via in self._connections else None

    def undo_most(self, connection: Connection) -> float:
        """For how long anybody can undo a verdict on these records, in seconds: each way in has its own time."""
        ways = self._connections.readers_of(connection.source)
        return max(self._connections.get(name).settings.undo for name in ways)

    def given(
        self, session: Session, connection: Connection, named: tuple[str, str, str, str], said: Said, verdict: Verdict
    ) -> Row:
        """A new verdict. Of what it was said, when, and in which version is for the caller to add."""
        waits = verdict in rules(connection, named[1]).waits
        row = Row(
            *named, said.item, said.decision, verdict, said.severity, said.reason, session.viewer.subject, b"", 0.0,
            via=connection.name, value=said.value, approval=Approval.WAITING if waits else Approval.NONE,
        )  # fmt: skip
        return self._sealed(row, {"by": session.viewer.name, "comment": said.comment})

    def answered(self, row: Row, session: Session, approval: Approval, at: float) -> Row:
        """The same verdict, approved or declined by this viewer."""
        new = replace(row, approval=approval, approver=session.viewer.subject, answered_at=at)
        return self._sealed(new, self._words(row) | {"answered_by": session.viewer.name})

    def seen(self, row: Row, session: Session, connection: Connection, now: float) -> Reviewed:
        """What this viewer sees of it."""
        words, through = self._words(row), self.through(row)
        mine = is_own(row, session, through, connection)
        until = row.at + connection.settings.undo
        return Reviewed(
            item=row.item,
            verdict=Verdict(row.verdict),
            decision=row.decision,
            severity=row.severity,
            value=row.value,
            of_value=row.of_value,
            reason=row.reason,
            comment=words["comment"],
            by=words["by"],
            at=datetime.fromtimestamp(row.at, UTC),
            mine=mine,
            version=row.version,
            approval=Approval(row.approval),
            answered_by=words.get("answered_by", ""),
            answered_at=datetime.fromtimestamp(row.answered_at, UTC) if row.answered_at else None,
            undo_until=until if mine and now < until else 0.0,
            answerable=row.approval == Approval.WAITING and is_another(row, session, through, connection),
        )

    def _sealed(self, row: Row, words: dict[str, str]) -> Row:
        return replace(row, said=self._keyring.seal(json.dumps(words).encode(), row.context))

    def _words(self, row: Row) -> dict[str, str]:
        found: dict[str, str] = json.loads(self._keyring.open(row.said, row.context))
        return found
