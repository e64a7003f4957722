"""`inlay feedback`: what people said of decisions, to learn from."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click

from app.audit import AuditLog
from app.cli._config import CONFIG, JSON, load, named, opened, words
from app.config import Settings
from app.core.stored import StoredScores
from app.core.stored_analyses import StoredAnalyses
from app.db import Database
from app.errors import ConfigError, Problem
from app.metrics import Metrics
from app.review.feedback.training import FORMS, Asked, Line, Training, regions_of, sources, written
from app.wiring import keyring_of, subject_keys

_BY = "command line"
_SHELLS = 2  # stdin, stdout, stderr


@click.group()
def feedback() -> None:
    """What people said of decisions."""


@feedback.command()
@CONFIG
@click.option("-k", "--connection", "names", multiple=True, help="Of this connection; again for more.")
@click.option("--capability", default="", help="Of this capability.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Decided from this day on, in UTC.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Decided before this day, in UTC.")
@click.option("--unreviewed", is_flag=True, help="Also scores of which nobody said anything.")
@click.option("--format", "form", type=click.Choice([*FORMS]), default="jsonl", show_default=True)
@click.option("-o", "--output", type=click.File("w", encoding="utf-8"), default="-", help="A file.  [default: stdout]")
@JSON
def export(
    path: Path, names: tuple[str, ...], capability: str, since: datetime | None, until: datetime | None,
    form: str, output: TextIO, *, unreviewed: bool, as_json: bool,
) -> None:  # fmt: skip
    """Write decisions with their input, reasons, model and what was said of them, as CSV or as lines of JSON.

    No viewer is named. People who were erased are not in it. That it was done is written into the audit log; the file
    holds personal data, so keep it in the region of its connection. --json says to stderr how many lines there were.
    """
    settings = load(path)
    asked = Asked(names, capability, _seconds(since), _seconds(until), unreviewed)
    _close_to_others(output)
    counted = _Counted(hidden=output.isatty() or as_json)
    with words(), opened(settings) as database:
        for name in names:
            named(settings, name)
        require_one_region(settings, names)
        _note(database, asked, form)
        with _training(settings, database) as training:
            for part in written(counted.through(training.lines(asked)), form):
                output.write(part)
    if as_json:
        click.echo(json.dumps({"lines": counted.lines}), err=True)


def require_one_region(settings: Settings, names: Iterable[str]) -> None:
    """What must stay in two places is never put into one file. Raises ConfigError."""
    if len(regions := regions_of(settings, [*names])) > 1:
        what = f"These connections' data stays in different regions: {', '.join(regions)}."
        raise ConfigError([Problem("region", what, "Export them one by one, with -k.")])


@contextmanager
def _training(settings: Settings, database: Database) -> Iterator[Training]:
    keyring = keyring_of(settings)
    with closing(subject_keys(settings, keyring, time.time)) as keys:
        analyses = StoredAnalyses(database, keyring.seal, keyring.open)
        yield Training(database, StoredScores(database, keys), analyses, sources(settings))


class _Counted:
    def __init__(self, *, hidden: bool) -> None:
        self.lines, self._hidden = 0, hidden

    def through(self, lines: Iterator[Line]) -> Iterator[Line]:
        bar: Any = click.progressbar(lines, label="Exporting", show_pos=True, file=sys.stderr, hidden=self._hidden)
        with bar:
            for line in bar:
                self.lines += 1
                yield line


def _note(database: Database, asked: Asked, form: str) -> None:
    """No row, no look. Raises StoreUnavailable."""
    connection = next(iter(asked.connections)) if len(asked.connections) == 1 else None
    detail = {"admin": _BY, "filters": asked.said(), "how": form}
    AuditLog(database, time.time, Metrics()).write("training.exported", connection=connection, detail=detail)


def _close_to_others(output: TextIO) -> None:
    """A file that we write ourselves; where the shell sends our words is the shell's to say."""
    with suppress(OSError):  # what is no file of the system has no mode
        file = output.fileno()
        if file > _SHELLS and stat.S_ISREG(os.fstat(file).st_mode):
            os.fchmod(file, 0o600)


def _seconds(moment: datetime | None) -> float | None:
    return moment.replace(tzinfo=UTC).timestamp() if moment else None
