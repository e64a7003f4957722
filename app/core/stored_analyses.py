"""Every analysis, kept once for its content, sealed; decided once for each record that has this content."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from cachetools import LRUCache
from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import Row, select

from app.core.analyses import Analysis, Fact, Finding, Risk, Severity
from app.core.shapes import Model
from app.db import Database
from app.db.insert_new import insert_new
from app.db.schema_documents import analyses

REMEMBERED = 20_000  # findings in memory, about a kilobyte each
_UNIQUE = ("connection", "content_hash", "recipe")


@dataclass(frozen=True, slots=True)
class Content:
    """What an analysis is of: these bytes, asked by this recipe, for this customer. Nothing is shared between two."""

    connection: str
    content_hash: str  # SHA-256 of the file's bytes, in hexadecimal
    recipe: str


@dataclass(frozen=True, slots=True)
class StoredAnalysis:
    """An analysis with its id. `pages` is how many the document has."""

    id: str
    content: Content
    analysis: Analysis
    pages: int
    stored_at: float


class StoredAnalyses:
    """The table of analyses. `seal` and `unseal` take bytes and a context."""

    def __init__(
        self, database: Database, seal: Callable[[bytes, str], bytes], unseal: Callable[[bytes, str], bytes]
    ) -> None:
        self._database, self._seal, self._unseal = database, seal, unseal
        self._remembered: LRUCache[str, StoredAnalysis] = LRUCache(REMEMBERED, getsizeof=_size)
        self._lock = threading.Lock()

    def find(self, content: Content) -> StoredAnalysis | None:
        """The analysis of this content, if there was one."""
        with self._database.read() as conn:
            row = conn.execute(select(analyses).where(*_is(content))).first()
        return self._read(row) if row else None

    def get(self, analysis_id: str) -> StoredAnalysis | None:
        """By its id; from memory, since it never changes."""
        with self._lock:
            known = self._remembered.get(analysis_id)
        if known is not None:
            return known
        with self._database.read() as conn:
            row = conn.execute(select(analyses).where(analyses.c.id == analysis_id)).first()
        return self._read(row) if row else None

    def forget(self) -> None:
        """Somebody was erased: what is still there is read again."""
        with self._lock:
            self._remembered.clear()

    def save(self, conn: DatabaseConnection, content: Content, analysis: Analysis, pages: int, now: float) -> str:
        """Keep it; the id under which it is kept, which is another's where two asked at the same time."""
        new = secrets.token_hex(16)
        row = {
            "id": new,
            "connection": content.connection,
            "content_hash": content.content_hash,
            "recipe": content.recipe,
            "model_name": analysis.model.name,
            "model_version": analysis.model.version,
            "pages": pages,
            "body": self._seal(_written(analysis), f"analysis:{new}"),
            "created_at": now,
        }
        if insert_new(conn, analyses, row, _UNIQUE):
            return new
        return str(conn.execute(select(analyses.c.id).where(*_is(content))).scalar_one())

    def _read(self, row: Row[Any]) -> StoredAnalysis:
        body = json.loads(self._unseal(row.body, f"analysis:{row.id}"))
        content = Content(row.connection, row.content_hash, row.recipe)
        found = StoredAnalysis(row.id, content, _parsed(body), row.pages, row.created_at)
        if _size(found) <= REMEMBERED:
            with self._lock:
                self._remembered[row.id] = found
        return found


def _is(content: Content) -> tuple[Any, ...]:
    c = analyses.c
    return (
        c.connection == content.connection,
        c.content_hash == content.content_hash,
        c.recipe == content.recipe,
    )


def _size(stored: StoredAnalysis) -> int:
    return 1 + len(stored.analysis.findings) + len(stored.analysis.facts)


def _written(analysis: Analysis) -> bytes:
    told = asdict(analysis) | {"computed_at": analysis.computed_at.timestamp()}
    return json.dumps(told, separators=(",", ":")).encode()


def _parsed(body: dict[str, Any]) -> Analysis:
    """What `_written` wrote."""
    return Analysis(
        summary=body["summary"],
        risk=Risk(body["risk"]),
        findings=tuple(Finding(**each | {"severity": Severity(each["severity"])}) for each in body["findings"]),
        facts=tuple(Fact(**each) for each in body["facts"]),
        model=Model(**body["model"]),
        computed_at=datetime.fromtimestamp(body["computed_at"], UTC),
    )
