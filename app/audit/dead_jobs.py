"""What an admin does with dead jobs, each with its row: by command, or on a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from app.audit.log import AuditLog, Entry
from app.db import Database, dead_jobs
from app.db.dead_jobs import Chosen

Done = Mapping[tuple[str, str], int]  # how many, by kind and connection


def replay(database: Database, audit: AuditLog, chosen: Chosen, now: float, admin: str = "") -> Done:
    """Let dead jobs run again. Raises StoreUnavailable: then nothing is changed."""
    return _change(database, audit, chosen, "replayed", lambda conn, one: dead_jobs.replay(conn, one, now), admin)


def drop(database: Database, audit: AuditLog, chosen: Chosen, admin: str = "") -> Done:
    """Forget dead jobs. Raises StoreUnavailable: then nothing is changed."""
    return _change(database, audit, chosen, "dropped", dead_jobs.drop, admin)


def _change(
    database: Database,
    audit: AuditLog,
    chosen: Chosen,
    word: str,
    change: Callable[[Connection, Chosen], Done],
    admin: str,
) -> Done:
    with database.begin() as conn:
        done = change(conn, chosen)
        audit.write_all((Entry(f"job.{word}", _facts(key, n, admin)) for key, n in done.items()), conn=conn)
    return done


def _facts(key: tuple[str, str], n: int, admin: str) -> dict[str, Any]:
    kind, connection = key
    named = {"connection": connection, "admin": admin}
    return {"kind": kind, "jobs": n} | {name: value for name, value in named.items() if value}
