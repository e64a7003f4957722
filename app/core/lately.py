"""Which records were scored last: what there is to list where nobody names records."""

from __future__ import annotations

from itertools import islice

from sqlalchemy import not_, select

from app.core.newest import IS_CARRIED
from app.db import Database
from app.db.schema import scores
from app.launch import Record

ROWS = 4_000  # of the newest scores: a record that is scored again and again does not hide all others


def scored_lately(database: Database, connection: str, capability: str, most: int) -> list[Record]:
    """Records that the connection read and scored, those scored last first. Raises StoreUnavailable.

    What a launch carried is that launch's own, and what was erased is nobody's.
    """
    c = scores.c
    newest = (
        select(c.record_type, c.record_id)
        .where(c.connection == connection, c.capability == capability, not_(IS_CARRIED), c.erased_at.is_(None))
        .order_by(c.created_at.desc())
        .limit(ROWS)
    )
    with database.read() as conn:
        found = dict.fromkeys(Record(*row) for row in conn.execute(newest))
    return list(islice(found, most))
