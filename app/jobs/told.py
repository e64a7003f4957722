"""See to the records of a large event: outdate their scores, and have them scored again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.events.changed import Changed
from app.launch import Record


def handle(changed: Changed, payload: Mapping[str, Any]) -> None:
    """Idempotent: what is outdated already stays so."""
    changed.see_to(payload["connection"], [Record.parse(each) for each in payload["records"]])
