"""It is time for a connection's scores to be computed ahead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.scoring.ahead import Ahead


def handle(ahead: Ahead, payload: Mapping[str, Any]) -> None:
    """Idempotent: a run that is waiting is not ordered twice."""
    ahead.schedule(payload["connection"])
