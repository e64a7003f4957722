"""`inlay audit`: the audit log. Here its seals; what is searched, exported and purged stands in its own modules."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import click
from sqlalchemy import func, select

from app.audit.anchors import anchored
from app.audit.export_seals import lines
from app.audit.verify import Report, verify
from app.cli._config import CONFIG, JSON, load, named, opened, words
from app.cli.audit.erase import erase
from app.cli.audit.purge import purge
from app.cli.audit.search import export, search_
from app.config import Settings
from app.db import Database
from app.db.schema import audit as rows
from app.wiring import seal_keys

_SHOWN = 10


@click.group()
def audit() -> None:
    """The audit log: search, export, verify, purge."""


@audit.command("verify")
@CONFIG
@click.option("-k", "--connection", "name", help="Only this connection's rows.")
@click.option(
    "--anchors",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file of anchors; again for more, where several machines seal.  [default: as configured]",
)
@click.option("--no-anchors", is_flag=True, help="Ask no file of anchors: a chain cut off at its end does not show.")
@JSON
def verify_(path: Path, name: str | None, files: tuple[Path, ...], no_anchors: bool, as_json: bool) -> None:
    """See whether every row stands as it was sealed, and every seal in its chain. Changes nothing.

    Exit code 0: all does; 1: something was changed, removed, inserted or put elsewhere, and the first such row is
    named. Rows that are not sealed yet are counted, not vouched for.
    """
    settings = load(path)
    with words(), opened(settings) as database:
        if name:
            named(settings, name)
        said = None if no_anchors else anchored(files or _configured(settings, database))
        with _bar(database, hidden=as_json) as told:
            report = verify(database, seal_keys(settings), said, name, told)
    if as_json:
        first = asdict(report.first) if report.first else None
        click.echo(json.dumps({"ok": report.ok, "first": first} | asdict(report)))
    else:
        _say(report, anchored_=not no_anchors)
    sys.exit(int(not report.ok))


@audit.group()
def seals() -> None:
    """The seals on the audit log."""


@seals.command("export")
@CONFIG
@click.option("-o", "--output", type=click.File("w", encoding="utf-8"), default="-", help="A file.  [default: stdout]")
def export_seals(path: Path, output: TextIO) -> None:
    """Write every seal, tombstone and public key, one JSON object a line, to be kept elsewhere.

    What another system has kept shows a chain that was made again even to whoever has lost the file of anchors.
    """
    settings = load(path)
    with words(), opened(settings) as database:
        for line in lines(database, seal_keys(settings)):
            output.write(f"{line}\n")


for command in (erase, export, purge, search_):
    audit.add_command(command)


def _configured(settings: Settings, database: Database) -> list[Path]:
    """The configured file; none where nothing was ever sealed, so that there need not be one."""
    file = settings.store.anchors
    return [file] if file.exists() or next(lines(database, seal_keys(settings), keys=False), None) else []


@contextmanager
def _bar(database: Database, *, hidden: bool) -> Iterator[Callable[[int], None]]:
    """A bar that is moved on to a row's number."""
    with database.read() as conn:
        first, last = conn.execute(select(func.min(rows.c.seq), func.max(rows.c.seq))).one()
    at = (first or 1) - 1
    bar: Any = click.progressbar(length=(last or 0) - at, label="Verifying", file=sys.stderr, hidden=hidden)

    def told(seq: int) -> None:
        nonlocal at
        bar.update(max(0, seq - at))
        at = max(at, seq)

    with bar:
        yield told


def _say(report: Report, *, anchored_: bool) -> None:
    for each in report.findings[:_SHOWN]:
        click.echo(f"{each.kind}: {each.connection or '(no connection)'} {each.family}: {each.what}", err=True)
    if report.wrong > _SHOWN:
        click.echo(f"... and {report.wrong - _SHOWN} more; --json tells {len(report.findings)} of them.", err=True)
    purged = f", {report.purged} purged by tombstones" if report.purged else ""
    click.echo(f"{report.rows} rows under {report.seals} seals of {report.chains} chains stand as sealed{purged}.")
    if report.unsealed:
        click.echo(f"{report.unsealed} rows are too new to be sealed: nothing vouches for them yet.")
    if not anchored_:
        click.echo("No file of anchors was asked: that the last seals are all there is not shown.")
    if report.first is not None:
        first = report.first
        place = f"row {first.row}" if first.row is not None else f"seal {first.seal}"
        known = first.row is not None or first.seal is not None
        click.echo(f"NOT AS SEALED{f', first at {place}' if known else ''}: {first.what}.")
