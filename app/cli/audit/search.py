"""`inlay audit search` and `export`: what the log knows of a viewer, a record, a model's version, a time."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click
from sqlalchemy import Row

from app.audit import EVENTS, AuditLog
from app.audit.export import FORMS, exported, instant
from app.audit.search import Place, Query, as_dict, found, search
from app.cli._config import CONFIG, JSON, load, opened, words
from app.db import Database
from app.metrics import Metrics

_BY = "command line"
_SHELLS = 2  # stdin, stdout, stderr
_TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
_OPTIONS = (
    click.option("-k", "--connection", "names", multiple=True, help="Of this connection; again for more."),
    click.option("--viewer", default="", help="Of this viewer, by the host's id."),
    click.option("--record", default="", help="Of this record, as type/id."),
    click.option("--model-version", "version", default="", help="Answers of this version of a model."),
    click.option("--event", default="", help="This event, such as view.shown."),
    click.option("--since", type=click.DateTime(_TIMES), help="From this moment on, in UTC."),
    click.option("--until", type=click.DateTime(_TIMES), help="Before this moment, in UTC."),
)


def _asked(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command("search")
@CONFIG
@_asked
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="So many rows at most.")
@click.option("--after", default="", help="Go on from here: what the page before said.")
@JSON
def search_(path: Path, limit: int, after: str, as_json: bool, **asked: Any) -> None:
    """Find rows, the newest first. That somebody searched, and for what, is written into the log as well."""
    settings, query = load(path), _query(**asked)
    with words(), opened(settings) as database:
        place = Place.parse(after) if after else None
        _note(database, "audit.searched", query)
        page = search(database, query, limit, place)
    if as_json:
        rows = [as_dict(row) | {"at": instant(row.at)} for row in page.rows]
        click.echo(json.dumps({"rows": rows, "after": str(page.after) if page.after else None}))
        return
    for row in page.rows:
        click.echo(_line(row))
    if page.after:
        click.echo(f"There are more: --after {page.after}", err=True)
    elif not page.rows:
        click.echo("Nothing was found.", err=True)


@click.command()
@CONFIG
@_asked
@click.option("--format", "form", type=click.Choice([*FORMS]), default="csv", show_default=True)
@click.option("-o", "--output", type=click.File("w", encoding="utf-8"), default="-", help="A file.  [default: stdout]")
def export(path: Path, form: str, output: TextIO, **asked: Any) -> None:
    """Write all rows that a search finds, as CSV or as lines of JSON. That it was done is written into the log."""
    settings, query = load(path), _query(**asked)
    _close_to_others(output)
    with words(), opened(settings) as database:
        _note(database, "audit.exported", query, how=form)
        for part in exported(_counted(found(database, query), hidden=output.isatty()), form):
            output.write(part)


def _close_to_others(output: TextIO) -> None:
    """A file that we write ourselves; where the shell sends our words is the shell's to say."""
    with suppress(OSError):  # what is no file of the system has no mode
        file = output.fileno()
        if file > _SHELLS and stat.S_ISREG(os.fstat(file).st_mode):
            os.fchmod(file, 0o600)


def _counted(rows: Iterator[Row[Any]], *, hidden: bool) -> Iterable[Row[Any]]:
    bar: Any = click.progressbar(rows, label="Exporting", show_pos=True, file=sys.stderr, hidden=hidden)
    with bar:
        yield from bar


def _note(database: Database, event: str, query: Query, **more: str) -> None:
    """No row, no look. Raises StoreUnavailable."""
    names = query.connections or ()
    connection = next(iter(names)) if len(names) == 1 else None
    detail = {"admin": _BY, "filters": query.said(), **more}
    AuditLog(database, time.time, Metrics()).write(event, connection=connection, detail=detail)


def _query(
    names: tuple[str, ...], viewer: str, record: str, version: str, event: str,
    since: datetime | None, until: datetime | None,
) -> Query:  # fmt: skip
    if event and event not in EVENTS:
        raise click.BadParameter(f"there is no {event!r}; there are {', '.join(sorted(EVENTS))}.", param_hint="--event")
    return Query(names or None, viewer, record, version, event, _seconds(since), _seconds(until))


def _seconds(moment: datetime | None) -> float | None:
    return moment.replace(tzinfo=UTC).timestamp() if moment else None


def _line(row: Row[Any]) -> str:
    named = {name: getattr(row, name) for name in ("connection", "viewer", "record", "version", "reason", "reference")}
    said = " ".join(f"{name}={value}" for name, value in named.items() if value)
    return f"{instant(row.at)} {row.event:18} {said}"
