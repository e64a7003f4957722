"""Seal what the audit has written since the last time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.audit.sealer import Sealer


def handle(sealer: Sealer, _: Mapping[str, Any]) -> None:
    """Idempotent: what is sealed is sealed. It comes back by itself."""
    sealer.run()
