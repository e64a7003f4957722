"""How far a connection's leaving is, and what it would do: values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.config import Retention
from app.db import Database
from app.db.schema_admin import leavings
from app.leaving.rules import Does


class Step(StrEnum):
    """What was done last; in this order."""

    BEGUN = "begun"
    CLOSED = "closed"  # panels show nothing, sessions are over
    REVOKED = "revoked"  # the host forgot the tokens and tells us of no more changes
    REMOVED = "removed"  # the configuration has no such connection
    EXPORTED = "exported"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one table's rows."""

    table: str
    rows: int
    does: Does
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a connection's leaving is. `told` says what was exported and erased."""

    connection: str
    by: str
    folder: Path
    step: Step
    at: float  # of that step
    told: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What leaving would do, and what is in its way."""

    lines: list[Line]
    obstacles: list[str]


def read(row: Any) -> Standing:
    """From the table's row."""
    return Standing(row.connection, row.by, Path(row.folder), Step(row.step), row.at, json.loads(row.told))


def written(retention: Mapping[str, Retention]) -> dict[str, list[Any]]:
    """As the table has it."""
    return {family: [each.rule, each.seconds] for family, each in retention.items()}


def retention_of_left(database: Database) -> dict[tuple[str, str], Retention]:
    """How long the audit of connections that left is kept, by connection and family: as it was when they left.

    Raises StoreUnavailable.
    """
    with database.read() as conn:
        rows = conn.execute(select(leavings)).all()
    return {
        (each.connection, family): Retention(*rule)
        for each in map(read, rows)
        for family, rule in each.told.get("retention", {}).items()
    }
