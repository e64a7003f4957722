"""`inlay reload`: a new revision of the configuration for every running process."""

from __future__ import annotations

import time
from pathlib import Path

import click

from app.application import build
from app.audit import AuditLog
from app.cli._config import CONFIG, load, opened, words
from app.metrics import Metrics
from app.revisions import Revisions, differences, late


@click.command()
@CONFIG
def reload(path: Path) -> None:
    """Publish the configuration: every running server takes it over whole, within seconds and without a restart.

    Secrets behind file: are read again; those behind env: are a process' own until it ends. What is refused changes
    nothing. A worker of its own (inlay worker) is started again instead.
    """
    settings, text = load(path), path.read_text(encoding="utf-8")
    with words():  # what only the whole can see is said here, and not by process after process
        build(settings)[0].close()
    with words(), opened(settings) as database:
        revisions = Revisions(database, AuditLog(database, time.time, Metrics()), time.time)
        before = revisions.newest()
        revision = revisions.publish(text, "command line", "file")
    changes = differences(before.text, text) if before else []
    for change in changes:
        click.echo(f"  {change}")
    same = "" if changes or not before else " Its text is the same; files that it refers to are read again."
    click.echo(f"Revision {revision.number} is published.{same}")
    if restart := late(changes):
        click.echo(f"Only a restart takes over: {', '.join(restart)}.", err=True)
    if changes and before and before.source == "page":
        what = f"Revision {before.number} was published from a page by {before.by}, and this file says otherwise"
        click.echo(f"{what}: the changes above undo it.", err=True)
