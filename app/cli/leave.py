"""`inlay leave`: a connection leaves; what must be kept is exported, the rest is erased."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from app.application import build
from app.cli._config import CONFIG, CONNECTION, JSON, load, words
from app.leaving import Leaving, Line, Standing, Step

_SAID = {
    Step.BEGUN: "Begun.",
    Step.CLOSED: "Closed: panels show nothing, sessions are over.",
    Step.REVOKED: "The host was told to forget the viewers' tokens, and to tell us of no more changes.",
    Step.REMOVED: "Taken out of the configuration; every server takes that over.",
    Step.EXPORTED: "Exported.",
    Step.ERASED: "Erased.",
}


@click.command()
@CONFIG
@CONNECTION
@click.option("--confirm", default="", help="The connection's name once more: do it. Without: only say what would be.")
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path, file_okay=False),
    help="Where what must be kept is written.  [default: leaving-<connection>-<day>]",
)  # fmt: skip
@click.option("--give-up", is_flag=True, help="Go on where the host cannot be reached: tokens end by themselves.")
@JSON
def leave(path: Path, name: str, confirm: str, folder: Path | None, give_up: bool, as_json: bool) -> None:
    """Let a connection leave: end its sessions, revoke its viewers' tokens at the host, export what must be kept,
    erase the rest. Call it again where it was interrupted, and afterwards for what came late.

    The audit stays as long as its retention says. Backups still have all of it.
    """
    settings = load(path)
    with words():
        parts = build(settings)[0]
        try:
            if not confirm:
                _plan(parts.leaving, name, as_json)
            elif confirm != name:
                raise click.BadParameter(f"Write {name} to confirm.", param_hint="--confirm")
            else:
                day = datetime.fromtimestamp(parts.clock(), UTC).strftime("%Y-%m-%d")
                _leave(parts.leaving, name, folder or Path(f"leaving-{name}-{day}"), give_up, as_json)
        finally:
            parts.close()


def _plan(leaving: Leaving, name: str, as_json: bool) -> None:
    plan = leaving.plan(name)
    if as_json:
        lines = [{"table": each.table, "rows": each.rows, "does": each.does, "why": each.why} for each in plan.lines]
        click.echo(json.dumps({"connection": name, "tables": lines, "obstacles": plan.obstacles}))
        return
    click.echo(f"Nothing was changed. Of {name}:")
    _table(plan.lines)
    for each in plan.obstacles:
        click.echo(f"In the way: {each}", err=True)
    if not plan.obstacles:
        click.echo(f"To do it: inlay leave -k {name} --confirm {name}")


def _table(lines: Sequence[Line]) -> None:
    for each in lines:
        click.echo(f"  {each.table:<17}{each.rows:>9}  {each.does:<17} {each.why}")


def _leave(leaving: Leaving, name: str, folder: Path, give_up: bool, as_json: bool) -> None:
    standing = leaving.begin(name, "command line", folder)
    again = standing.step is Step.ERASED
    while again or standing.step is not Step.ERASED:
        if wait_s := leaving.wait_s(standing):
            click.echo(f"Waiting {wait_s:.0f} s until every server has taken it over ...", err=True)
            time.sleep(wait_s)
        with click.progressbar(length=0, label=name, file=sys.stderr) as bar:
            standing = leaving.go_on(name, lambda _table, rows: bar.update(rows), give_up=give_up)
        click.echo(_SAID[standing.step], err=True)
        again = False
    _told(leaving, standing, as_json)


def _told(leaving: Leaving, standing: Standing, as_json: bool) -> None:
    lines = leaving.plan(standing.connection).lines
    left = {each.table: each.rows for each in lines if each.rows}
    if as_json:
        done = {"connection": standing.connection, "folder": str(standing.folder), "left": left, **standing.told}
        click.echo(json.dumps(done))
        return
    for file, facts in standing.told.get("exported", {}).items():
        click.echo(f"  {standing.folder / file}: {facts['rows']} rows, SHA-256 {facts['sha256']}")
    for table, rows in standing.told.get("erased", {}).items():
        if rows:
            click.echo(f"  {table}: {rows} rows erased")
    for each in lines:
        if each.rows:
            click.echo(f"  {each.table}: {each.rows} rows kept: {each.why}")
