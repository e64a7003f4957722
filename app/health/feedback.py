"""Whether the cores that are to be told what people say of their answers take it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from app.config import Settings
from app.core.client import identity
from app.db import Database
from app.db.feedback import refusals
from app.errors import StoreUnavailable
from app.health.findings import Finding


def feedback(settings: Settings, store: Database | None) -> Iterator[Finding]:
    """Of the cores with `feedback = true`. Asks nobody: a core is judged by what it answered last."""
    if store is None:
        return
    try:
        known = refusals(store)
    except StoreUnavailable:  # the database has a finding of its own
        return
    for name, each in settings.cores.items():
        if not each.feedback:
            continue
        if (said := known.get(identity(each))) is None:
            yield Finding("ok", f"core {name}", "is told what people say of its answers.")
            continue
        date = datetime.fromtimestamp(said[1], UTC).date().isoformat()
        what = f"takes no feedback: POST /v1/feedback was answered {said[0]} on {date}."
        mend = f"Let it take it, or set feedback = false in [cores.{name}]; inlay feedback export has all of it."
        yield Finding("problem", f"core {name}", what, mend)
