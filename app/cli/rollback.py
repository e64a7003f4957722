"""`inlay rollback`: a capability's core, bands and settings as they were before, in every process at once."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import click

from app.application import build
from app.audit import AuditLog
from app.cli._config import CONFIG, load, opened, words
from app.metrics import Metrics
from app.revisions import Revisions
from app.revisions.publishing import Publisher
from app.revisions.rollback import RollBacks


@click.command()
@CONFIG
@click.argument("capability")
@click.option("--to", type=int, default=0, help="As it was in this revision; without: before its last change.")
@click.option("--list", "only_list", is_flag=True, help="Only say how it was answered before.")
def rollback(path: Path, capability: str, to: int, only_list: bool) -> None:
    """Answer CAPABILITY as before: its section and its core's are put back, and published.

    Every running server takes it over within seconds. Where another core answers then, what the newer one said is
    shown no more.
    """
    settings = load(path)
    with words(), opened(settings) as database:
        audit = AuditLog(database, time.time, Metrics())
        revisions = Revisions(database, audit, time.time)
        publisher = Publisher(settings.file, revisions, lambda draft: build(draft)[0].close())
        backs = RollBacks(publisher, revisions, audit, time.time)
        if only_list:
            for each in backs.earlier(capability):
                when = datetime.fromtimestamp(each.revision.at, UTC).strftime("%Y-%m-%d %H:%M UTC")
                click.echo(f"Revision {each.revision.number}, {when}, by {each.revision.by}:")
                for change in each.changes:
                    click.echo(f"  {change}")
            return
        done = backs.roll_back(capability, "command line", to)
    for change in done.changes:
        click.echo(f"  {change}")
    click.echo(f"Revision {done.revision.number} is published.")
    if not done.in_step:
        what = f"{settings.file} says something else"
        click.echo(f"{what}: change it too, or the next inlay reload undoes this.", err=True)
