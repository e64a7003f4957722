"""What a core is told of its answers: the decision, and what people say of it; never who, or in what words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from app.db.schema import scores
from app.db.schema_documents import analyses, readings

WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Facts:
    """Of a decision. `core` is the identity of the one that gave it; empty where the table does not say."""

    core: str
    model: Mapping[str, str]
    features_hash: str
    connection: str  # as the core was told when it was asked; empty: it was told of no record


def facts(conn: Connection, decision: str) -> Facts | None:
    """Of a score or an analysis; None where it is unknown, or of somebody who was erased."""
    c = scores.c
    of_score = select(c.core, c.model_name, c.model_version, c.features_hash, c.connection)
    row = conn.execute(of_score.where(c.id == decision, c.erased_at.is_(None))).first()
    if row is not None:
        return Facts(row.core, _model(row), row.features_hash, row.connection)
    a, r = analyses.c, readings.c
    of_analysis = select(a.model_name, a.model_version, a.content_hash)
    read = conn.execute(of_analysis.join(readings, r.analysis == a.id).where(r.decision == decision)).first()
    return Facts("", _model(read), read.content_hash, "") if read is not None else None


def body(
    kind: str, thread: str, version: int, *, of: Mapping[str, Any], known: Facts, said: Mapping[str, Any], at: float
) -> dict[str, Any]:
    """One change as it is posted. `of` names capability, decision, subject and item; what is unsaid is left out."""
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    told = {
        "id": change_id(thread, version),
        "kind": kind,
        "thread": thread,
        "version": version,
        "model": dict(known.model),
        "features_hash": known.features_hash,
        "at": moment,
    }
    return told | {name: value for name, value in {**of, **said}.items() if value not in ("", None)}


def change_id(thread: str, version: int) -> str:
    """The same for the same change, so that whoever hears it twice knows."""
    return hashlib.sha256(f"{thread}:{version}".encode()).hexdigest()[:32]


def _model(row: Any) -> dict[str, str]:
    return {"name": row.model_name, "version": row.model_version}
