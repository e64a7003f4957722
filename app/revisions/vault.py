"""Secrets that are kept beside the configuration: one file each, which its owner alone can read.

`secrets/NAME` beside `inlay.toml` is what the configuration calls `file:secrets/NAME`. A file is replaced whole, so
every process of the machine reads the old value or the new one, never half of one; other machines have their own files.
"""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.audit.log import AuditLog
from app.db import Database
from app.errors import ConfigError, Problem

FOLDER = "secrets"
MOST_BYTES = 64 * 1024
_PREFIX = f"file:{FOLDER}/"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")
_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Kept:
    """A secret that is there; of its value nobody is told anything."""

    name: str
    changed_at: float
    problem: str = ""  # why a configuration that refers to it is refused


class Vault:
    """The folder of secrets. Whoever changes one is written down; the value never is."""

    def __init__(self, folder: Path, database: Database, audit: AuditLog) -> None:
        """`folder` is that of the configuration."""
        self.folder, self._database, self._audit = folder / FOLDER, database, audit

    def all(self) -> list[Kept]:
        """What is kept, by name."""
        found = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        return [_kept(path) for path in found if path.is_file() and _NAME.fullmatch(path.name)]

    def holds(self, name: str) -> bool:
        """Whether a secret of that name is kept here."""
        return bool(_NAME.fullmatch(name)) and (self.folder / name).is_file()

    def put(self, name: str, value: str, by: str) -> str:
        """Keep it; the reference to write into the configuration. It counts with the next revision.

        Raises ConfigError for a name, a value or a folder that will not do, StoreUnavailable.
        """
        path, content = self._path(name), value.rstrip("\r\n").encode()
        if not content or len(content) > MOST_BYTES or b"\0" in content:
            what = f"is empty, or no text of {MOST_BYTES // 1024} KB at most."
            raise _refused(name, what, "Hand over the secret itself, on stdin or at the prompt.")
        with self._database.begin() as conn:
            self._audit.write("secret.set", conn=conn, detail={"admin": by, "name": name})
            _make_folder(self.folder)
            _replace(path, content)
        return reference(name)

    def remove(self, name: str, by: str) -> None:
        """Raises ConfigError where there is none of that name, StoreUnavailable."""
        path = self._path(name)
        if not path.is_file():
            raise _refused(name, "is not kept here.", f"Kept are: {', '.join(each.name for each in self.all())}.")
        with self._database.begin() as conn:
            self._audit.write("secret.removed", conn=conn, detail={"admin": by, "name": name})
            path.unlink()

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise _refused(name, "is no name.", "Use letters, digits, - and _, a letter first.")
        return self.folder / name


def make_key(folder: Path, name: str) -> str:
    """A new key of 32 random bytes beside a configuration that is about to be written; the reference to it.

    One that is there stays. Raises ConfigError.
    """
    path = folder / FOLDER / name
    if not path.exists():
        _make_folder(path.parent)
        _replace(path, secrets.token_hex(32).encode())
    return reference(name)


def reference(name: str) -> str:
    """What the configuration writes for a secret that is kept."""
    return _PREFIX + name


def referred(text: str, folder: Path) -> dict[str, str]:
    """The kept secrets that a configuration in `folder` refers to, however it spells them: name -> the setting."""
    found = {}
    for path, value in _texts(tomllib.loads(text)):
        way, _, named = value.partition(":")
        place, name = os.path.split(os.path.normpath(folder / named))
        if way == "file" and place == os.path.normpath(folder / FOLDER):
            found[name] = path
    return found


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, path)


def _kept(path: Path) -> Kept:
    found = path.stat()
    problem = f"Other users can read it. Run: chmod 600 {path}" if found.st_mode & _OTHERS else ""
    return Kept(path.name, found.st_mtime, problem)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        mode = folder.stat().st_mode
    except OSError as error:
        what = f"cannot be made: {error.strerror}."
        raise _refused(str(folder), what, "Let this user write there, or refer to a file elsewhere.") from None
    if mode & _OTHERS:
        raise _refused(str(folder), "is open to other users.", f"Run: chmod 700 {folder}")


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all, and on the disk before anybody is told."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        what = f"cannot be written: {error.strerror}."
        raise _refused(str(path), what, "Let this user write there, or refer to a file elsewhere.") from None


def _refused(where: str, what: str, mend: str) -> ConfigError:
    return ConfigError([Problem(where, what, mend)])
