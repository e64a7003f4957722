"""Cores that a roll-back took away from a capability: what they said is kept, for the audit, and not shown again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, select

from app.db.database import Database
from app.db.insert_new import insert_all_new
from app.db.schema_admin import dropped_cores


def drop(conn: Connection, capability: str, core: str, at: float) -> None:
    """From now on, and also for what it said before; `core` is its identity (`app/core/client.py`)."""
    row = {"capability": capability, "core": core, "at": at}
    insert_all_new(conn, dropped_cores, [row], ("capability", "core"))


def take_up(conn: Connection, capability: str, core: str) -> None:
    """It answers again, so what it said is shown again."""
    c = dropped_cores.c
    conn.execute(delete(dropped_cores).where(c.capability == capability, c.core == core))


def dropped(database: Database, answering: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
    """Of each capability: the cores whose answers are not shown. Never those that are configured, by `answering`:
    whoever published them wants them. Raises StoreUnavailable."""
    found: dict[str, set[str]] = defaultdict(set)
    with database.read() as conn:
        for row in conn.execute(select(dropped_cores.c.capability, dropped_cores.c.core)):
            if row.core not in answering.get(row.capability, ()):
                found[row.capability].add(row.core)
    return {capability: frozenset(cores) for capability, cores in found.items()}
