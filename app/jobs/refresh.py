"""Score anew what many look at, before it goes stale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.ahead import Ahead


def handle(ahead: Ahead, _payload: Mapping[str, Any]) -> None:
    """Idempotent: what was scored anew is no longer soon stale."""
    ahead.renew()
