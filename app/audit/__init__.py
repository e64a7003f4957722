"""The audit: what happened, in a closed vocabulary; no row, no action."""

from app.audit.events import EVENTS, Event
from app.audit.log import AuditLog, UnknownEvent, ViewRow

__all__ = ["EVENTS", "AuditLog", "Event", "UnknownEvent", "ViewRow"]
