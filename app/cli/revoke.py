"""`inlay revoke`: sessions end at once, in every process."""

from __future__ import annotations

import time
from pathlib import Path

import click

from app.audit import AuditLog
from app.cli._config import CONFIG, CONNECTION, load, named, opened, words
from app.metrics import Metrics
from app.session.revoking import revoke as end


@click.command()
@CONFIG
@CONNECTION
@click.option("--viewer", default="", help="Only this viewer's, by the host's id.")
@click.option("--component", default="", help="Only those that were opened for this component.")
def revoke(path: Path, name: str, viewer: str, component: str) -> None:
    """End sessions at once, in every running process; wipe the hosts' tokens that they held.

    A viewer whom the host still sends gets a new session by a new launch. To keep panels shut, set the
    connection's rollout to false.
    """
    settings = load(path)
    with words(), opened(settings) as database:
        named(settings, name)
        audit = AuditLog(database, time.time, Metrics())
        count = end(database, audit, name, viewer, component, time.time())
    click.echo(f"Ended {count} session{'' if count == 1 else 's'} of {name}.")
