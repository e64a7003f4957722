"""Schema migrations: Alembic without an ini file, safe when several processes start at once.

Alembic is imported by whoever looks at the schema: it and its templates are a quarter of what a process would load at
its start, and most processes of a server never need them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from app.db.database import Database

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

_LOCK = 0x1A7E1DB  # any fixed number; PostgreSQL locks by it


def is_current(database: Database) -> bool:
    """Whether the schema is the newest that we know, or a newer one. Raises StoreUnavailable."""
    from alembic.migration import MigrationContext

    scripts = _scripts()
    with database.read() as conn:
        there = MigrationContext.configure(conn).get_current_revision()
    return there == scripts.get_current_head() or _is_newer(there, scripts)


def upgrade(database: Database) -> None:
    """Bring the schema to its newest version; nothing happens when it is there already, or ahead of us.

    All of it is one transaction: a process that comes second waits, then finds the work done; one that is
    killed half-way leaves the old schema whole. A newer schema has all that we use (docs/operating.md), so that a node
    of the version before may still start while the others are being replaced.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.migration import MigrationContext

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with database.begin() as conn:  # on SQLite this is the lock: BEGIN IMMEDIATE
        if not database.is_sqlite:
            conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if _is_newer(MigrationContext.configure(conn).get_current_revision(), _scripts()):
            return
        config.attributes["connection"] = conn
        command.upgrade(config, "head")


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(Path(__file__).parent))


def _is_newer(revision: str | None, scripts: ScriptDirectory) -> bool:
    """Whether it came after all that we know: revisions are in one line, and none is ever taken back."""
    return revision is not None and revision not in {each.revision for each in scripts.walk_revisions()}
