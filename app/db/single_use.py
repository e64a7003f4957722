"""Single use: a launch or an event counts once, in whichever process it comes first."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence

from sqlalchemy import Connection, delete

from app.db.database import Database
from app.db.insert_new import insert_those_new
from app.db.schema import used_launches

_PRUNE_EACH = 100
_PRUNE_AFTER_S = 3600.0  # nodes' clocks differ; an hour of rows more costs nothing
_calls = itertools.count(1)


def consume(where: Connection | Database, connection: str, key: str, until: float, now: float) -> bool:
    """Use `key` up: True for exactly one caller, for ever until `until`.

    Within a transaction the answer counts only when that commits. A unique insert decides, so two
    processes cannot both hear True.
    """
    if isinstance(where, Database):
        with where.begin() as conn:
            return consume(conn, connection, key, until, now)
    return bool(consume_all(where, connection, [key], until, now))


def consume_all(conn: Connection, connection: str, keys: Sequence[str], until: float, now: float) -> set[str]:
    """Use all of these up, within the caller's transaction; those that were not used before."""
    # a digest: a key is as long as its sender likes, and an index entry is not
    digests = {hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest(): key for key in keys}
    rows = [{"connection": connection, "used_key": digest, "used_until": until} for digest in digests]
    fresh = insert_those_new(conn, used_launches, rows, ("connection", "used_key"))
    if next(_calls) % _PRUNE_EACH == 0:
        conn.execute(delete(used_launches).where(used_launches.c.used_until < now - _PRUNE_AFTER_S))
    return {digests[digest] for digest in fresh}
