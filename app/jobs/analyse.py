"""Read a document and have it analysed, because somebody looks at it or the host said that it changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.analysis.work import AnalysisWork


def handle(work: AnalysisWork, payload: Mapping[str, Any]) -> None:
    """Idempotent: what is analysed already is found again. Raises what may pass, so that it is tried again."""
    work.run(payload)
