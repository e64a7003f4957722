"""Schema migrations: Alembic without an ini file, safe when several processes start at once."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from app.db.database import Database

_LOCK = 0x1A7E1DB  # any fixed number; PostgreSQL locks by it


def is_current(database: Database) -> bool:
    """Whether the schema is the newest. Raises StoreUnavailable."""
    newest = ScriptDirectory(str(Path(__file__).parent)).get_current_head()
    with database.read() as conn:
        return MigrationContext.configure(conn).get_current_revision() == newest


def upgrade(database: Database) -> None:
    """Bring the schema to its newest version; nothing happens when it is there already.

    All of it is one transaction: a process that comes second waits, then finds the work done; one that is
    killed half-way leaves the old schema whole.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with database.begin() as conn:  # on SQLite this is the lock: BEGIN IMMEDIATE
        if not database.is_sqlite:
            conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
