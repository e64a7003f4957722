"""A connection leaves, begun from the admin's page: step by step, in whichever process has time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.db.jobs import Postponed
from app.leaving import Leaving, Step


def handle(leaving: Leaving, payload: Mapping[str, Any]) -> None:
    """Idempotent: each step is written down. Raises Postponed, and what else may pass, so that it is tried again."""
    name = payload["connection"]
    while (standing := leaving.standing(name)) is not None and standing.step is not Step.ERASED:
        if wait_s := leaving.wait_s(standing):
            raise Postponed(reason="settling", retry_after_s=wait_s)
        leaving.go_on(name, give_up=bool(payload.get("give_up")))
