"""A core that is as slow, and as short of breath, as its record types say: for misses, slow misses and stale scores."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

FRESH, SLOW, BRIEF = "Fresh", "Slow", "Brief"  # at once; after a second; once, for a second, and never again
SLOW_S, BRIEF_S = 1.0, 1.0
TYPES = (FRESH, SLOW, BRIEF)
FIELD = "activity"


def application() -> Callable[..., Iterable[bytes]]:
    """A WSGI callable that speaks the native protocol."""
    asked: set[str] = set()

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/healthz":
            return _told(start, "200 OK", {"status": "ok"})
        body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        items = body.get("items", [body])
        kinds, names = ({str(item["subject"][key]) for item in items} for key in ("type", "id"))
        if BRIEF in kinds and names & asked:
            return _told(start, "503 Service Unavailable", {"error": "unavailable"})
        asked.update(names)
        if SLOW in kinds:
            time.sleep(SLOW_S)
        scores = [_score(BRIEF_S if BRIEF in kinds else 900, item["features"][FIELD]) for item in items]
        return _told(start, "200 OK", {"results": scores} if "items" in body else scores[0])

    return answer


def _score(valid_for_s: float, activity: float) -> dict[str, Any]:
    return {
        "score": activity % 101,
        "meaning": "probability",
        "factors": [{"label": "Activity", "effect": 12.5, "direction": "up", "fields": [FIELD]}],
        "model": {"name": "bench", "version": "1"},
        "computed_at": datetime.now(UTC).isoformat(),
        "valid_for_s": valid_for_s,
    }


def _told(start: Callable[..., Any], status: str, value: Any) -> list[bytes]:
    body = json.dumps(value).encode()
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
