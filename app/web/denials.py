"""Records that are not shown: why is written once, under a reference that the viewer may quote."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from cachetools import TTLCache

from app.audit.log import AuditLog, Entry, new_reference
from app.errors import Denied, InlayError, SessionInvalid
from app.launch import Record
from app.permissions import REFUSED_FOR_S
from app.session.bearer import Session


class Denials:
    """What was refused a moment ago. For all threads."""

    def __init__(self, audit: AuditLog, clock: Callable[[], float]) -> None:
        self._audit = audit
        self._known: TTLCache[tuple[str, Record, str, str], str] = TTLCache(20_000, REFUSED_FOR_S, timer=clock)
        self._lock = threading.Lock()

    def references(self, session: Session, tag: str, refused: Mapping[Record, InlayError]) -> dict[Record, str]:
        """A reference for each. What is asked again and again is refused once, under one reference; what is refused
        together is written together. Raises SessionInvalid when that is the reason, and StoreUnavailable."""
        if dead := next((error for error in refused.values() if isinstance(error, SessionInvalid)), None):
            raise dead
        keys = {record: (session.id, record, tag, error.reason) for record, error in refused.items()}
        with self._lock:
            known = {record: self._known.get(key, "") for record, key in keys.items()}
        new = {record: new_reference() for record, reference in known.items() if not reference}
        if new:
            self._audit.write_all(_entry(session, tag, record, refused[record], new[record]) for record in new)
            with self._lock:
                self._known.update({keys[record]: reference for record, reference in new.items()})
        return known | new


def _entry(session: Session, tag: str, record: Record, error: InlayError, reference: str) -> Entry:
    return Entry(
        "permission.refused" if isinstance(error, Denied) else "host.failed",
        {
            "connection": session.connection,
            "viewer": session.viewer.subject,
            "session": session.id,
            "record": str(record),
            "component": tag,
            "reason": error.reason,
            "reference": reference,
        },
    )
