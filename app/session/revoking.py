"""The end of many sessions at once: an admin's word."""

from __future__ import annotations

from app.audit.log import AuditLog
from app.db import Database
from app.db.revocations import revoke as end_all
from app.session.bearer import SESSION_LIFE_S
from app.session.identities import release


def revoke(database: Database, audit: AuditLog, connection: str, viewer: str, component: str, now: float) -> int:
    """End all sessions of a connection, a viewer, an entry component; how many. Raises StoreUnavailable."""
    with database.begin() as conn:
        count = end_all(conn, connection, viewer, component, now, SESSION_LIFE_S)
        facts = {"viewer": viewer or None, "component": component or None, "sessions": count}
        release(conn, audit, connection, viewer, now, "revoked")
        audit.write("session.revoked", conn=conn, connection=connection, detail=facts)
    return count
