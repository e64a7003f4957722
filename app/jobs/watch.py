"""It is time to look at the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.health.alerts.watch import Watch


def handle(watch: Watch, payload: Mapping[str, Any]) -> None:  # noqa: ARG001 there is one watch
    """Idempotent: what is known to be wrong is not told again."""
    watch.look()
