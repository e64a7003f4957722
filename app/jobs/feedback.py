"""Tell a core what somebody said of its answer, or that it must forget that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.review.feedback import Feedback


def handle(feedback: Feedback, payload: Mapping[str, Any]) -> None:
    """Idempotent: the core hears a change once. Raises what may pass, so that it is tried again."""
    feedback.tell(payload)
