"""See to it that a connection's libraries tell us of their changes, and come back before they would stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.events.subscriber import Subscriber


def handle(subscriber: Subscriber, payload: Mapping[str, Any]) -> None:
    """Idempotent: what is subscribed already is left alone. It comes back by itself."""
    subscriber.keep(payload["connection"], payload.get("failures", 0), renew=payload.get("renew", False))
