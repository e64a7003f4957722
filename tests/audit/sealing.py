"""A sealed log for tests: rows, a sealer with its file of anchors, and what may be done to them behind its back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.audit import AuditLog
from app.audit.anchors import Anchors, anchored
from app.audit.sealer import Sealer
from app.audit.verify import Report, verify
from app.keys import SealKeys
from app.metrics import NullMetrics
from tests.databases import Moody

SECRET, OTHER = b"s" * 32, b"o" * 32


@dataclass
class Sealed:
    """One deployment's log, and its clock."""

    database: Moody
    folder: Path
    now: list[float] = field(default_factory=lambda: [1_000.0])
    keys: SealKeys = field(default_factory=lambda: SealKeys.from_secrets([SECRET]))

    @property
    def anchors(self) -> Path:
        return self.folder / "anchors.jsonl"

    @property
    def log(self) -> AuditLog:
        return AuditLog(self.database, lambda: self.now[0], NullMetrics())

    @property
    def sealer(self) -> Sealer:
        return Sealer(self.database, self.keys, Anchors(self.anchors), 60.0, lambda: self.now[0])

    def write(self, *records: str, connection: str = "crm") -> None:
        """A refusal for each record, and an admin's sign-out."""
        for record in records:
            fields = {"connection": connection, "viewer": "zoe", "session": "s", "record": record}
            self.log.write("permission.refused", **fields, reason="host-said-no")
        self.log.write("admin.left", admin="Ada")

    def seal(self) -> None:
        """All that is written now."""
        while self.sealer.step():
            pass
        self.sealer.anchor()

    def verify(self, connection: str | None = None, *, anchors: bool = True) -> Report:
        return verify(self.database, self.keys, anchored([self.anchors]) if anchors else None, connection)

    def do(self, statement: str, **values: Any) -> None:
        """Behind its back."""
        with self.database.begin() as conn:
            conn.execute(text(statement), values)
