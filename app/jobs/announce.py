"""Tell others of scores that were imported, and have them put into the host's records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.events.publishing.imported import ImportedScores


def handle(imported: ImportedScores, payload: Mapping[str, Any]) -> None:
    """Idempotent: an event is there once."""
    imported.announce(payload["connection"], payload["capability"], payload["source"], payload["since"])
