"""In which batch a score was imported, as scores name their source."""

from __future__ import annotations

from sqlalchemy import select

from app.db.database import Database
from app.db.schema_api import imports

_IMPORTED = "import:"


def source_of(batch_id: str) -> str:
    """What stands in the place of a core's identity."""
    return _IMPORTED + batch_id


def batch_of(database: Database, core: str) -> str | None:
    """As its caller named it; "" once that is forgotten; None for what a core said. Raises StoreUnavailable."""
    if not core.startswith(_IMPORTED):
        return None
    with database.read() as conn:
        named = select(imports.c.batch).where(imports.c.id == core.removeprefix(_IMPORTED))
        return str(conn.execute(named).scalar() or "")
