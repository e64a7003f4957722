"""What is refused leaves a row behind, with its reason; unknown claims are counted."""

from __future__ import annotations

from contextlib import suppress

from flask import request

from app.audit.log import new_reference
from app.connections import Connection
from app.errors import BadRequest, InlayError, LaunchRefused, NotFound, StoreUnavailable
from app.launch import Launch
from app.web.parts import Parts


def refused(parts: Parts, error: LaunchRefused, connection: str) -> str:
    """Write why, for the admin; the reference that the viewer may quote. Raises StoreUnavailable."""
    reference = new_reference()
    name = _known(parts, connection)
    host = parts.connections.get(name).settings.host if name else "unknown"
    parts.metrics.count("launches", host=host, outcome=error.code)
    parts.audit.write("launch.refused", connection=name, reason=error.reason, reference=reference, host=host)
    return reference


def note_request(parts: Parts, error: InlayError, connection: str = "") -> None:
    """Write that a request was malformed, too large or of the wrong kind. It is refused with or without its row."""
    if request.url_rule is None or not isinstance(error, BadRequest) or isinstance(error, NotFound):
        return
    with suppress(StoreUnavailable):  # counted by the audit
        parts.audit.write(
            "request.refused",
            connection=_known(parts, connection),
            reason=error.reason,
            route=request.url_rule.rule,
            detail={"status": error.status},
        )


def count_unknown(parts: Parts, connection: Connection, launch: Launch) -> None:
    """A host began to say something new: an alarm for us, not a reason to refuse."""
    if launch.unknown_claims:
        parts.metrics.count("unknown_claims", n=len(launch.unknown_claims), host=connection.settings.host)


def _known(parts: Parts, connection: str) -> str:
    """The name, if it is one of ours: a stranger's word does not go into the audit."""
    return connection if connection in parts.connections else ""
