"""Look what changed in a library, because it told us that something did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.events.subscriber import Subscriber


def handle(subscriber: Subscriber, payload: Mapping[str, Any]) -> None:
    """Idempotent: a change that is seen twice is read once. Raises what the host raised, so that it is tried again."""
    subscriber.follow(payload["connection"], payload["drive"])
