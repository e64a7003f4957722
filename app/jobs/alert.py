"""A message for the webhook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.health.alerts.watch import Watch


def handle(watch: Watch, payload: Mapping[str, Any]) -> None:
    """Idempotent as far as sending can be: the receiver knows a message by its id. Raises what may pass."""
    watch.send(payload["message"])
