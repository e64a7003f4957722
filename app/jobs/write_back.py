"""Write to a host's record what it is to hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.launch import Record
from app.review.write_back.rows import Place
from app.review.write_back.writer import Writer


def handle(writer: Writer, payload: Mapping[str, Any]) -> None:
    """Idempotent: what a record holds already is not written again."""
    record = Record.parse(payload["record"])
    writer.run(Place(payload["connection"], payload["capability"], record.type, record.id))
