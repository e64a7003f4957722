"""What failed of a batch of questions: each error once, however many records it was for, and its row of the audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from app.audit.log import Entry, new_reference
from app.config import CapabilitySettings
from app.connections import Connection
from app.core.misses import Failure
from app.core.parse import Insufficient
from app.core.shapes import Score
from app.core.stored import Key
from app.errors import AnswerRefused, HostUnavailable, InlayError


def failures_of(
    connection: Connection, capability: CapabilitySettings, answers: Mapping[Key, Score | Insufficient | InlayError]
) -> tuple[dict[Key, Failure], list[Entry]]:
    """What failed: each error has one reference and one row, however many records it was for."""
    by_error: dict[int, Failure] = {}
    counted: Counter[int] = Counter()
    failures: dict[Key, Failure] = {}
    for key, error in answers.items():
        if isinstance(error, InlayError):
            failures[key] = by_error.setdefault(id(error), Failure(error, new_reference()))
            counted[id(error)] += 1
    return failures, [_failed(connection, capability, failure, counted[each]) for each, failure in by_error.items()]


def _failed(connection: Connection, capability: CapabilitySettings, failure: Failure, records: int) -> Entry:
    error = failure.error
    event = "core.refused" if isinstance(error, AnswerRefused) else "core.failed"
    return Entry(
        "host.failed" if isinstance(error, HostUnavailable) else event,
        {
            "connection": connection.name,
            "reason": error.reason,
            "reference": failure.reference,
            "capability": capability.name,
            "records": records,
            "path": getattr(error, "path", ""),
        },
    )
