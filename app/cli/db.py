"""`inlay db`: the schema, a backup of a SQLite file, and what a restored database needs before it is served."""

from __future__ import annotations

import time
from pathlib import Path

import click

from app.audit import AuditLog
from app.cli._config import CONFIG, load, opened, upgraded, words
from app.metrics import Metrics
from app.restoring import PATIENCE_S, settle


@click.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
@CONFIG
def db_upgrade(path: Path) -> None:
    """Bring the schema up to date; safe to run twice, and from two machines at once."""
    upgraded(load(path))
    click.echo("The database is up to date.")


@db.command("backup")
@CONFIG
@click.option(
    "-o", "--output", "file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="A new file."
)
def db_backup(path: Path, file: Path) -> None:
    """Copy a SQLite database as of one moment, while it is served. Of PostgreSQL: pg_dump.

    The keys behind [server] keys are not in it; keep them apart.
    """
    settings = load(path)
    with words(), opened(settings) as database:
        if not database.is_sqlite:
            raise click.UsageError("This is a PostgreSQL database. Use: pg_dump --format=custom")
        if file.exists():
            raise click.BadParameter(f"{file} is there already.", param_hint="-o")
        part = file.with_name(f".{file.name}.part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)  # it would be readable for all
        database.copy_to(part)
        part.replace(file)
    click.echo(f"{file}: {file.stat().st_size:,} bytes")


@db.command("restored")
@CONFIG
@click.confirmation_option(prompt="No node is running on this database, and it was restored from a backup?")
def db_restored(path: Path) -> None:
    """Make a restored database fit to be served: before any node is started.

    All sessions end, nobody holds any work, what is dated ahead of this machine's clock is dated now, and caches of
    before are not believed.
    """
    settings = load(path)
    upgraded(settings)
    with words(), opened(settings) as database:
        found = settle(database, AuditLog(database, time.time, Metrics()), time.time)
    click.echo(f"Ended {found.sessions} sessions; panels ask their hosts for new launches by themselves.")
    if found.ahead_s > 1:
        what = f"The backup's clock was {found.ahead_s:.0f} s ahead of this machine's"
        click.echo(f"{what}: look at both, and run NTP.", err=True)
    click.echo(f"Start nodes {PATIENCE_S / 60:.0f} minutes after the last one ended, not sooner.", err=True)
