"""Millions of audit rows, made by the database itself: of busy connections, viewers and records, and of rare ones."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from app.db import Database
from app.db.migrations import upgrade
from app.db.schema import audit
from tests.databases import database_url, hasty

AT = 1_750_000_000.0
# One connection in a thousand rows is small; so is one event. Every fourth row is an answer, with a model's version.
_ROWS = """
INSERT INTO audit (seq, at, event, family, connection, viewer, session, record, component, decision, detail, version)
SELECT i, {at} + i * 0.37,
  CASE WHEN i % 50000 = 7 THEN 'export.given' WHEN i % 4 = 0 THEN 'answer.given' WHEN i % 4 = 1 THEN 'launch.accepted'
    ELSE 'view.shown' END,
  CASE i % 4 WHEN 1 THEN 'access' ELSE 'decision' END,
  CASE WHEN i % 100000 = 9 THEN 'rare' ELSE 'crm' || (i / 7 % 40) END,
  CASE WHEN i % 4 = 0 THEN NULL ELSE '005AB' || (i * 7919 % 20000) END,
  CASE WHEN i % 4 = 0 THEN NULL ELSE 'session-' || i END,
  'Lead/00QAB' || (i * 104729 % 200000), 'score-badge', 'decision-' || i,
  CASE WHEN i % 4 = 0 THEN '{{"capability": "lead_score", "model": "lead", "value": 71.2, "version": "3"}}' END,
  CASE WHEN i % 4 = 0 THEN CAST(i * 5 / {most} AS TEXT) END
FROM {numbers}
"""
_NUMBERS = {
    "sqlite": "(WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}) "
    "SELECT i FROM n)",
    "postgresql": "generate_series(CAST({first} AS BIGINT), {last}) AS n(i)",
}
_STEP = 500_000  # rows of one statement


@contextlib.contextmanager
def audit_of(rows: int, kind: str, folder: Path) -> Iterator[Database]:
    """A log of so many rows, on either database. Says how long it took to make."""
    with database_url(kind, folder) as url:
        database = Database(url)
        hasty(database)
        upgrade(database)
        began = time.monotonic()
        for index in audit.indexes:  # made in the end, in order, which is many times faster
            with database.begin() as conn:
                index.drop(conn)
        for first in range(1, rows + 1, _STEP):
            with database.begin() as conn:
                last = min(first + _STEP - 1, rows)
                numbers = _NUMBERS[conn.dialect.name].format(first=first, last=last)
                conn.execute(text(_ROWS.format(at=AT, most=rows + 1, numbers=numbers).replace(":", r"\:")))
        for index in audit.indexes:
            with database.begin() as conn:
                if not database.is_sqlite:
                    conn.execute(text("SET LOCAL statement_timeout = 0"))
                index.create(conn)
        with database.begin() as conn:
            if not database.is_sqlite:
                conn.execute(text("SELECT setval(pg_get_serial_sequence('audit', 'seq'), :rows)"), {"rows": rows})
                conn.execute(text("ANALYZE audit"))
        print(f"{rows} rows made on {kind} in {time.monotonic() - began:.0f} s")
        yield database
        database.close()
