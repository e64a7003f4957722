"""What launches leave behind: refusals audited with their reason, unknown claims counted."""

from __future__ import annotations

from app.connections import Connection
from app.decisions import new_reference
from app.errors import LaunchRefused
from app.launch import Launch
from app.web.parts import Parts


def refused(parts: Parts, error: LaunchRefused, connection: str) -> str:
    """Write why, for the admin; the reference that the viewer may quote. Raises StoreUnavailable."""
    reference = new_reference()
    try:
        known = parts.connections.get(connection)
    except LaunchRefused:
        name, host = "", "unknown"  # a stranger's word does not go into the audit
    else:
        name, host = known.name, known.settings.host
    parts.metrics.count("launches", host=host, outcome=error.code)
    parts.audit.write("launch.refused", connection=name, reason=error.reason, reference=reference, host=host)
    return reference


def count_unknown(parts: Parts, connection: Connection, launch: Launch) -> None:
    """A host began to say something new: an alarm for us, not a reason to refuse."""
    if launch.unknown_claims:
        parts.metrics.count("unknown_claims", n=len(launch.unknown_claims), host=connection.settings.host)
