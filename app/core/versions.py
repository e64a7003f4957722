"""The version of a model, where its core says it at an address of its own: asked once a minute, not for each score."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from app.config.expressions import MapRefusedError, parsed
from app.core.maps import Map
from app.errors import AnswerRefused, CoreUnavailable
from app.net.door import Response

BELIEVED_S = 60.0  # so long after a model was exchanged, its scores may still name the one before


class Versions:
    """Of one core. For all threads; two that ask at once cost a call."""

    def __init__(self, look: Callable[[str], Response], clock: Callable[[], float]) -> None:
        self._look, self._clock, self._lock = look, clock, threading.Lock()
        self._known: dict[str, tuple[str, float]] = {}

    def of(self, known: Map, said: str = "") -> str:
        """The version; empty where the map names no address, or nothing is said there. A core that does not answer
        now has the version that it had; where there was none, the configured one (`said`).

        Raises CoreUnavailable where there is none at all, AnswerRefused.
        """
        if not known.version_path or known.version_at is None:
            return ""
        with self._lock:
            version, until = self._known.get(known.version_path, ("", 0.0))
        if self._clock() < until:
            return version
        try:
            version = _read(self._look(known.version_path), known)
        except CoreUnavailable:
            if not version and not said:
                raise
        with self._lock:
            self._known[known.version_path] = version, self._clock() + BELIEVED_S
        return version


def _read(response: Response, known: Map) -> str:
    """A body that is no JSON is a text: MLflow's server answers `/version` so."""
    text = response.body.decode(errors="replace").strip()
    try:
        there: Any = parsed(text)
    except ValueError:
        there = text
    try:
        found = known.version_at.of(there) if known.version_at else None
    except MapRefusedError as error:
        raise AnswerRefused(f"The version is not where version_at says: {error}.", reason="core-version") from None
    return str(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else ""
