"""Quotas: how fast something outside may be asked, by all processes together."""

from __future__ import annotations

from limits import RateLimitItem
from sqlalchemy import select, update

from app.db.database import Database
from app.db.insert_new import insert_new
from app.db.schema_jobs import quotas

MOST_BEFORE = 2_000  # nobody waits for more than so many: ten that take 200 each


def reserve(database: Database, name: str, n: int, rate: RateLimitItem, now: float, patience_s: float) -> float:
    """Take `n` of a quota that grows evenly at `rate`; how many seconds to wait before using them.

    When that is more than `patience_s`, nothing is taken. Raises StoreUnavailable.
    """
    each_s = rate.get_expiry() / rate.amount
    with database.begin() as conn:
        insert_new(conn, quotas, {"name": name, "free_at": 0.0}, ("name",))
        named = quotas.c.name == name
        free_at = float(conn.execute(select(quotas.c.free_at).where(named).with_for_update()).scalar_one())
        # what a much lower rate of before has left need not be waited for
        starts = min(max(free_at, now), now + MOST_BEFORE * each_s)
        if starts - now <= patience_s:
            conn.execute(update(quotas).where(named).values(free_at=starts + n * each_s))
    return starts - now
