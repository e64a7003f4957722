"""Score a record again in the background, because the host said that it changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.connections import Connections
from app.launch import Record
from app.scoring import Scoring


def handle(connections: Connections, scoring: Scoring, payload: Mapping[str, Any]) -> None:
    """Idempotent: the newest score wins. Raises what the host or the core raised, so that it is tried again."""
    connection = connections.get(payload["connection"])
    scoring.refresh(connection, Record.parse(payload["record"]))
