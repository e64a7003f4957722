"""Score a connection's high-priority records, page by page of the host's own list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.scoring.ahead import Ahead


def handle(ahead: Ahead, payload: Mapping[str, Any]) -> None:
    """Idempotent: what is fresh is left alone. Raises what may pass, so that it is tried again."""
    ahead.run(payload["connection"], payload["capability"], payload["type"], payload["after"])
