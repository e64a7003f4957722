"""The file of anchors: what was sealed, where no database can change it. Only ever written at its end.

It shows what the database alone cannot: that the last seals are gone, or that a whole chain was made again by somebody
who has the keys. Keep it, or copies of it, where the database's administrators cannot write.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from app.audit.seal import Seal, Tombstone, hashed, spelled
from app.errors import InlayError

Place = tuple[str, str, str, int]  # seal or tombstone, connection, family, number


class AnchorsUnwritable(InlayError):
    """What was sealed cannot be anchored; it is tried again."""

    code, title = "anchors-unwritable", "The file of anchors cannot be written."
    retryable = True


class AnchorsUnreadable(InlayError):
    """A file of anchors that is not there, or holds something else."""

    code, title = "anchors-unreadable", "The file of anchors cannot be read."


class Anchors:
    """One file. For one writer at a time in each process; several processes may append to it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, anchored: Iterable[Seal | Tombstone]) -> None:
        """Once this returns, they are on the disk. Raises AnchorsUnwritable."""
        lines = "".join(f"{_line(each)}\n" for each in anchored).encode()
        if not lines:
            return
        try:
            file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                size = os.fstat(file).st_size
                if size and os.pread(file, 1, size - 1) != b"\n":  # a writer was killed; ours is a line of its own
                    lines = b"\n" + lines
                if os.write(file, lines) != len(lines):
                    raise OSError("a part of it only")
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise AnchorsUnwritable(reason="anchors-unwritable") from error


def anchored(paths: Iterable[Path]) -> Mapping[Place, str]:
    """What files say: the SHA-256 hex of the body at each place; "" where they disagree. Raises AnchorsUnreadable."""
    found: dict[Place, str] = {}
    for path in paths:
        try:
            with path.open(encoding="utf-8") as file:
                for line in file:
                    if not line.endswith("\n"):
                        continue  # a writer was killed in the middle of it; it is written once more
                    if _is_torn(line):
                        continue  # the same, and others wrote on
                    at, said = _said(line)
                    found[at] = said if found.get(at, said) == said else ""
        except (OSError, ValueError, KeyError, TypeError) as error:
            detail = f"{path} is not there, or is no file of anchors. Name it with --anchors."
            raise AnchorsUnreadable(detail, reason="anchors-unreadable") from error
    return found


def place(of: Seal | Tombstone) -> Place:
    """What names it in a file of anchors."""
    return "seal" if isinstance(of, Seal) else "tombstone", of.connection, of.family, of.number


def _line(of: Seal | Tombstone) -> str:
    kind, connection, family, number = place(of)
    return spelled({
        "kind": kind, "connection": connection, "family": family, "number": number, "sha256": hashed(of.body()),
    })  # fmt: skip


def _is_torn(line: str) -> bool:
    """The beginning of a line of ours, and no more of it."""
    try:
        json.loads(line)
    except ValueError:
        return line.startswith('{"')
    return False


def _said(line: str) -> tuple[Place, str]:
    said = json.loads(line)
    return (said["kind"], said["connection"], said["family"], int(said["number"])), str(said["sha256"])
