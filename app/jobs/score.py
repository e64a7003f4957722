"""Score records that somebody looked at and that could wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.launch import Record
from app.scoring.ahead import Ahead


def handle(ahead: Ahead, payload: Mapping[str, Any]) -> None:
    """Idempotent: what is fresh is left alone. Raises what may pass, so that it is tried again."""
    ahead.score(payload["connection"], payload["capability"], [Record.parse(each) for each in payload["records"]])
