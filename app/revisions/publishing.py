"""A configuration is changed from a page: checked as a whole, shown as a difference, then published.

What `inlay reload` does for a file, with two things more: it is published only over the revision that it was made
from, and the file takes the text as well, where this server may write it and it still said what that revision says.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.config import Settings
from app.config.sections import first_line, section_of, with_section
from app.errors import ConfigError, Problem, StoreUnavailable
from app.revisions import Also, Change, Revision, Revisions, differences
from app.revisions.reach import refuse_reach


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that holds, and what it changes."""

    text: str
    over: int  # the revision that it was made from
    settings: Settings
    changes: list[Change]


class Publisher:
    """Drafts and their publication. `build` makes all parts of settings and lets them go, or raises ConfigError."""

    def __init__(self, file: Path, revisions: Revisions, build: Callable[[Settings], None]) -> None:
        self.file, self._revisions, self._build = file, revisions, build

    def now(self) -> Revision:
        """What holds. Before anything was published: what the file says. Raises ConfigError, StoreUnavailable."""
        newest = self._revisions.newest()
        if newest is not None:
            return newest
        text = self._read()
        if text is None:
            mend = "Start the server with its file, or publish one: inlay reload"
            raise ConfigError([Problem(str(self.file), "cannot be read, and nothing was published yet.", mend)])
        return Revision(0, 0.0, "", "file", text)

    def draft(self, text: str, before: Revision, *, typed: bool = False) -> Draft:
        """What somebody has `typed` may not reach into the machine. Raises ConfigError with every problem, each with
        its line."""
        text = text.replace("\r\n", "\n")  # forms send lines so
        if typed:
            refuse_reach(text, before.text)
        settings = Settings.parse(text, self.file.name, self.file.parent)
        try:  # the same reference to a database may stand for another one by now
            self._build(settings)
        except StoreUnavailable as error:
            mend = "Mend its address, start it, or bring it up to date: inlay db upgrade"
            raise ConfigError([Problem("store.url", "the database cannot be used.", mend)]) from error
        except ModuleNotFoundError as error:  # SQLAlchemy loads a database's driver by its name
            mend = "Install it: pip install -e '.[postgres]'"
            raise ConfigError([Problem("store.url", "the driver of this database is missing.", mend)]) from error
        return Draft(text, before.number, settings, differences(before.text, text))

    def connection_draft(self, name: str, section: str, before: Revision) -> Draft:
        """A draft of the whole in which one connection has this text. Raises ConfigError, with the section's lines."""
        path = ("connections", name)
        text = with_section(before.text, section.replace("\r\n", "\n"), *path)
        try:
            draft = self.draft(text, before, typed=True)
        except ConfigError as error:
            raise ConfigError([_within(each, first_line(text, *path)) for each in error.problems]) from error
        if beside := [each.path for each in draft.changes if not f"{each.path}.".startswith(f"connections.{name}.")]:
            mend = f"Write [connections.{name}] and what is below it only; the rest is changed in the whole text."
            raise ConfigError([Problem(f"connections.{name}", f"This changes {', '.join(beside)} too.", mend)])
        return draft

    def again(self, by: str) -> Revision:
        """Publish what holds once more, so that secrets and keys are read again.

        Raises ConfigError, Superseded, StoreUnavailable.
        """
        before = self.now()
        return self._revisions.publish(self.draft(before.text, before).text, by, before.source, over=before.number)

    def section(self, name: str, before: Revision) -> str:
        """A connection as it is written; empty where it has no section of its own."""
        return section_of(before.text, "connections", name)

    def publish(self, draft: Draft, by: str, before: Revision, also: Also | None = None) -> tuple[Revision, bool]:
        """The new revision, and whether the file says the same. Raises Superseded, StoreUnavailable."""
        behind = self._read() not in (before.text, draft.text)
        revision = self._revisions.publish(draft.text, by, "page", over=draft.over, also=also)
        return revision, not behind and self._write(draft.text)

    def in_step(self, revision: Revision) -> bool:
        """Whether the file of this machine says what the revision says."""
        return self._read() == revision.text

    def _read(self) -> str | None:
        with suppress(OSError, UnicodeDecodeError):
            return self.file.read_text(encoding="utf-8")
        return None

    def _write(self, text: str) -> bool:
        """Whole or not at all, with the mode that it has; whether it could be."""
        draft = self.file.with_name(f".{self.file.name}.{secrets.token_hex(4)}")
        try:
            if not os.access(self.file, os.W_OK):  # a folder that may be written is no leave to replace what may not
                return False
            draft.touch(mode=0o600)
            draft.chmod(self.file.stat().st_mode & 0o777)
            draft.write_text(text, encoding="utf-8")
            draft.replace(self.file)
        except OSError:
            draft.unlink(missing_ok=True)
            return False
        return True


def _within(problem: Problem, first: int) -> Problem:
    """A problem by its line in a section that begins on line `first` of the whole."""
    place, _, line = problem.where.rpartition(":")
    known = place and line.isdigit() and int(line) >= first
    return Problem(f"line {int(line) - first + 1}" if known else problem.where, problem.what, problem.mend)
