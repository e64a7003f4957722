"""The library's documents: a folder's files, and what is uploaded over them; the folder itself is never changed."""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from app.demo.library.document import READABLE, Document, first_version, seen_of

MAX_BYTES = 100_000_000
MOST = 5_000
_NAME = re.compile(r"[^\x00-\x1f/\\:*?\"<>|]{1,200}")


class LibraryRefusedError(Exception):
    """The folder cannot be served at all, or a file not be taken; the message says why and what to do."""


class Documents:
    """All documents by id. A change is numbered; `changed` is called after each, outside the lock."""

    def __init__(self, files: Iterable[Path], state: Path, changed: Callable[[], None] = lambda: None) -> None:
        self._state = state
        self._journal = state / "uploads.jsonl"
        self._changed = changed
        self._lock = threading.RLock()
        self._by_id: dict[str, Document] = {}
        self._log: list[str] = []  # ids in the order of their changes
        self.era = secrets.token_hex(4)  # a delta token of an earlier start is none of ours
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        for row, path in enumerate(files, 1):
            # about every third is confidential; the same ones each time
            self._put(first_version(path.name, path, row, confidential=row % 3 == 0))
        self._replay()

    def all(self) -> list[Document]:
        """All of them by their names; files that came or went since are found."""
        self._look()
        return sorted(self._by_id.values(), key=lambda each: each.name.casefold())

    def get(self, key: str) -> Document | None:
        """By item id, by row, or by the row's unique id."""
        self._look()
        found = self._by_id.get(key)
        return found or next(
            (each for each in self._by_id.values() if key.lower() in {str(each.row), str(each.unique)}), None
        )

    def named(self, name: str) -> Document | None:
        """The document of this name; None: there is none."""
        return next((each for each in self._by_id.values() if each.name == name), None)

    def add(self, name: str, content: bytes, by: str) -> Document:
        """A new document, or a new version of the one with this name. Raises LibraryRefusedError."""
        _require_readable(name, content)
        existing = self.named(name)
        if existing:
            return self.replace(existing, content, by)
        with self._lock:
            row = max((each.row for each in self._by_id.values()), default=0) + 1
            draft = first_version(name, self._keep(name, content), row, confidential=False)
            added = self._put(replace(draft, by=by))
            self._write(added)
        self._changed()
        return added

    def replace(self, document: Document, content: bytes, by: str) -> Document:
        """A new version of this document, under its name. Raises LibraryRefusedError."""
        _require_readable(document.name, content)
        with self._lock:
            path = self._keep(document.name, content)
            now = self._by_id[document.id]
            fresh = replace(now, path=path, version=now.version + 1, size=len(content), modified=time.time(), by=by)
            fresh = self._put(replace(fresh, seen=seen_of(path)))
            self._write(fresh)
        self._changed()
        return fresh

    def changes(self, since: int) -> tuple[list[Document], int]:
        """What changed after that number, each once, and the newest number."""
        self._look()
        with self._lock:
            ids = dict.fromkeys(self._log[since:])
            return [self._by_id[each] for each in ids], len(self._log)

    def _look(self) -> None:
        """Files that were changed outside are new versions."""
        with self._lock:
            touched = False
            for each in list(self._by_id.values()):
                seen = seen_of(each.path)
                if seen not in {each.seen, (0, 0)}:
                    touched = True
                    modified = seen[0] / 1e9
                    self._put(replace(each, version=each.version + 1, size=seen[1], modified=modified, seen=seen))
        if touched:
            self._changed()

    def _put(self, document: Document) -> Document:
        self._by_id[document.id] = document
        self._log.append(document.id)
        return document

    def _keep(self, name: str, content: bytes) -> Path:
        path = self._state / f"{secrets.token_hex(8)}{Path(name).suffix.lower()}"
        path.write_bytes(content)
        return path

    def _write(self, document: Document) -> None:
        entry = {"name": document.name, "file": document.path.name, "version": document.version, "by": document.by}
        with self._journal.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def _replay(self) -> None:
        if not self._journal.exists():
            return
        for line in self._journal.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:  # cut short by a kill; what it said was not acknowledged
                continue
            path = self._state / entry["file"]
            if not path.exists():
                continue
            known = self.named(entry["name"])
            row = known.row if known else len(self._by_id) + 1
            fresh = first_version(entry["name"], path, row, confidential=bool(known and known.confidential))
            self._put(replace(fresh, version=entry["version"], by=entry["by"]))


def found_in(folder: Path) -> list[Path]:
    """The files of a folder that can be read, by name. Raises LibraryRefusedError with what to do."""
    kinds = ", ".join(sorted(READABLE))
    if not folder.is_dir():
        raise LibraryRefusedError(f"{folder} is not a folder. Check the path of --documents.")
    try:
        entries = sorted(folder.iterdir(), key=lambda path: path.name.casefold())
    except OSError as error:
        raise LibraryRefusedError(f"{folder} cannot be read: {error.strerror}. Check its permissions.") from error
    files = [path for path in entries if path.suffix.lower() in READABLE and _is_file(path)]
    if not files:
        held = f"{len(entries)} other things are in it" if entries else "it is empty"
        raise LibraryRefusedError(f"{folder} holds no document: {held}. Put files of these kinds there: {kinds}.")
    if len(files) > MOST:
        raise LibraryRefusedError(f"{folder} holds {len(files):,} documents; at most {MOST:,} are served.")
    return files


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.name.startswith((".", "~$"))  # what editors leave beside an open file


def _require_readable(name: str, content: bytes) -> None:
    kinds = ", ".join(sorted(READABLE))
    if not _NAME.fullmatch(name) or name.startswith((".", "~")):
        raise LibraryRefusedError("This name cannot be used. Rename the file and try again.")
    if Path(name).suffix.lower() not in READABLE:
        raise LibraryRefusedError(f"This library takes {kinds}.")
    if not content:
        raise LibraryRefusedError("This file is empty.")
    if len(content) > MAX_BYTES:
        raise LibraryRefusedError("This file is over 100 MB.")
