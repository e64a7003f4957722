"""The columns that this library's admin made for what comes from outside, read and written row by row as Graph has it.

https://learn.microsoft.com/graph/api/listitem-update
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

AI_COLUMNS = {
    "AIRisk": "AI risk",
    "AIReviewedAt": "AI read at",
    "AIVerdict": "Review",
}  # internal name -> what it shows
# What a connection writes to which of them.
WRITES = {"band": "AIRisk", "as_of": "AIReviewedAt", "verdict": "AIVerdict"}


class NoSuchColumnError(Exception):
    """The message says which."""


class ChangedMeanwhileError(Exception):
    """The row has another tag by now."""


@dataclass(slots=True)
class Columns:
    """What each row holds beside its file. Forgotten at a restart, as it is written again then."""

    _values: dict[int, dict[str, Any]] = field(default_factory=dict)
    _tags: dict[int, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, row: int) -> tuple[dict[str, Any], str]:
        """The values and the tag of a row."""
        with self._lock:
            return dict(self._values.get(row, {})), self._tag(row)

    def put(self, row: int, values: Mapping[str, Any], tag: str = "") -> dict[str, Any]:
        """Change some values; with a tag, only if the row still has it.

        Raises NoSuchColumnError, ChangedMeanwhileError.
        """
        for name in values:
            if name not in AI_COLUMNS:
                raise NoSuchColumnError(f"Field '{name}' is not recognized")
        with self._lock:
            if tag and tag != self._tag(row):
                raise ChangedMeanwhileError
            self._tags[row] = self._tags.get(row, 0) + 1
            now = self._values.setdefault(row, {})
            now.update(values)
            return dict(now)

    def _tag(self, row: int) -> str:
        return f'"row-{row},{self._tags.get(row, 0) + 1}"'


def described() -> list[dict[str, Any]]:
    """The library's columns, some of which nobody writes."""
    own = [{"name": name, "displayName": title, "readOnly": False} for name, title in AI_COLUMNS.items()]
    return [*own, {"name": "Modified", "displayName": "Modified", "readOnly": True}]
