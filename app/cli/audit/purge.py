"""`inlay audit purge`: takes away what retention no longer keeps; first it only says what that would be."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from app.audit import AuditLog
from app.audit.anchors import Anchors
from app.audit.purge import Due, Purge, due, rules
from app.cli._config import CONFIG, JSON, load, named, opened, words
from app.config import Settings
from app.leaving import retention_of_left
from app.metrics import Metrics
from app.wiring import seal_keys

_BY = "command line"


@click.command()
@CONFIG
@click.option("-k", "--connection", "name", help="Only this connection's rows.")
@click.option("--yes", is_flag=True, help="Do it; without, it is only said what would go.")
@JSON
def purge(path: Path, name: str | None, yes: bool, as_json: bool) -> None:
    """Remove the rows that retention no longer keeps, in whole sealed batches; without --yes nothing is removed.

    A signed tombstone takes their place, so that verify still stands. What has no retention, is under a legal hold or
    is not sealed is kept. Rows that are not as they were sealed stop it: see them by verify first.
    """
    settings, now = load(path), time.time()
    with words(), opened(settings) as database:
        left = {
            chain: rule for chain, rule in retention_of_left(database).items() if chain[0] not in settings.connections
        }
        if name and name not in {chain[0] for chain in left}:
            named(settings, name)
        mine = {chain: rule for chain, rule in (left | {**rules(settings)}).items() if name in (None, chain[0])}
        found = due(database, mine, now)
        if not as_json:
            _say(settings, found, yes=yes, name=name)
        if yes:
            log = AuditLog(database, time.time, Metrics())
            worker = Purge(database, seal_keys(settings), Anchors(settings.store.anchors), log, time.time)
            total = sum(one.rows for one in found)
            bar: Any = click.progressbar(length=total, label="Purging", file=sys.stderr, hidden=as_json or not total)
            with bar:
                for one in found:
                    for rows in worker.run(one, _BY):
                        bar.update(rows)
    if as_json:
        click.echo(json.dumps({"purged": yes, "held": _held(settings, name), "chains": [asdict(one) for one in found]}))
    elif yes and found:
        click.echo("Purged. Check: inlay audit verify")


def _say(settings: Settings, found: list[Due], *, yes: bool, name: str | None) -> None:
    for one in found:
        until = datetime.fromtimestamp(one.newest, UTC).date().isoformat()
        where = f"{one.connection or '(no connection)'} {one.family}"
        click.echo(f"{where}: {one.rows} rows up to {until}, kept for {one.rule}.")
    for each in _held(settings, name):
        click.echo(f"{each}: under a legal hold, nothing goes.")
    if not found:
        click.echo("Nothing is due.")
    elif not yes:
        click.echo("Nothing was removed. To remove these rows for ever: inlay audit purge --yes")


def _held(settings: Settings, name: str | None) -> list[str]:
    return [each.name for each in settings.connections.values() if each.legal_hold and name in (None, each.name)]
