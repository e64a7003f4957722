"""What people said of the core's answers, in a file of its own: of each thread what was said last.

A change is heard once, whatever is sent again; a late older one never wins; what is retracted is wiped, and stays so.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

MOST = 1_000_000  # threads; the oldest go first
_PRUNE_EACH = 1_000  # changes
_WAIT_S = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    thread TEXT PRIMARY KEY, version INTEGER NOT NULL, id TEXT NOT NULL, body TEXT, n INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS feedback_n ON feedback (n);
"""


class Feedback:
    """The file (SQLite). For all threads and processes; each call opens it anew."""

    def __init__(self, path: Path, most: int = MOST) -> None:
        self._path, self._most = path, most
        path.touch(mode=0o600)
        with self._open() as file:
            file.execute("PRAGMA journal_mode = WAL")
            file.executescript(_SCHEMA)

    def take(self, said: Mapping[str, Any]) -> str:
        """Hear one change; what became of it: kept, known, older, or retracted."""
        thread, version = said["thread"], int(said["version"])
        with self._open() as file:
            file.execute("BEGIN IMMEDIATE")
            before = file.execute("SELECT version, id, body FROM feedback WHERE thread = ?", (thread,)).fetchone()
            outcome = _outcome(said, before)
            if said["kind"] == "retraction" and outcome != "known":
                self._put(file, thread, version, said["id"], None)
            elif outcome == "kept":
                self._put(file, thread, version, said["id"], json.dumps(said, sort_keys=True))
            file.execute("COMMIT")
        return outcome

    def all(self) -> Iterator[dict[str, Any]]:
        """What holds now, the oldest first."""
        with self._open() as file:
            for (body,) in file.execute("SELECT body FROM feedback WHERE body IS NOT NULL ORDER BY n"):
                yield json.loads(body)

    def _put(self, file: sqlite3.Connection, thread: str, version: int, change: str, body: str | None) -> None:
        number = file.execute("SELECT COALESCE(MAX(n), 0) + 1 FROM feedback").fetchone()[0]
        file.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?)", (thread, version, change, body, number))
        if number % _PRUNE_EACH == 0 or self._most < _PRUNE_EACH:
            rest = "SELECT thread FROM feedback ORDER BY n DESC LIMIT -1 OFFSET ?"
            file.execute(f"DELETE FROM feedback WHERE thread IN ({rest})", (self._most,))  # noqa: S608 no value in it

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=_WAIT_S, isolation_level=None)) as file:
            file.execute("PRAGMA secure_delete = ON")
            yield file


def _outcome(said: Mapping[str, Any], before: tuple[int, str, str | None] | None) -> str:
    if before is None:
        return "kept" if said["kind"] != "retraction" else "retracted"
    version, change, body = before
    if change == said["id"]:
        return "known"
    if said["kind"] == "retraction" or body is None:
        return "retracted"
    return "kept" if int(said["version"]) > version else "older"
