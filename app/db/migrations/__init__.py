"""Schema migrations: Alembic without an ini file, safe when several processes start at once.

Alembic is imported by whoever changes a schema: it and its templates are a quarter of what a process would load at its
start, and servers only ask whether theirs is current, which the migrations' files say too.
"""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from app.db.database import Database

_HERE, _BEFORE = Path(__file__).parent, re.compile(r'^down_revision = "(\w+)"$', re.MULTILINE)
_LOCK = 0x1A7E1DB  # any fixed number; PostgreSQL locks by it


def is_current(database: Database) -> bool:
    """Whether the schema is the newest that we know, or a newer one. Raises StoreUnavailable."""
    with database.read() as conn:
        return _is_current(conn)


def upgrade(database: Database) -> None:
    """Bring the schema to its newest version; nothing happens when it is there already, or ahead of us.

    All of it is one transaction: a process that comes second waits, then finds the work done; one that is
    killed half-way leaves the old schema whole. A newer schema has all that we use (docs/operating.md), so that a node
    of the version before may still start while the others are being replaced.
    """
    with database.begin() as conn:  # on SQLite this is the lock: BEGIN IMMEDIATE
        if not database.is_sqlite:
            conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if not _is_current(conn):
            _run(conn)


def _run(conn: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def _is_current(conn: Connection) -> bool:
    """Revisions are in one line, and none is ever taken back: what we do not know came after all that we know."""
    if not inspect(conn).has_table("alembic_version"):
        return False
    there = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return there is not None and there not in older()


def older() -> frozenset[str]:
    """All revisions but the newest, as the files themselves say it: each names the one before it."""
    texts = [path.read_text(encoding="utf-8") for path in (_HERE / "versions").glob("v*.py")]
    return frozenset(match[1] for each in texts if (match := _BEFORE.search(each)))
