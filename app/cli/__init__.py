"""The command `inlay`. Exit codes: 0 done, 1 failed, 2 called wrongly or configured wrongly."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.cli._config import CONFIG
from app.cli.admin import admin
from app.cli.alerts import alerts
from app.cli.audit import audit
from app.cli.check import check
from app.cli.db import db
from app.cli.jobs import jobs
from app.cli.leave import leave
from app.cli.package import package
from app.cli.preview import preview
from app.cli.reload import reload
from app.cli.revoke import revoke
from app.cli.rollback import rollback
from app.cli.rollout import rollout
from app.cli.secret import secret
from app.cli.serve import serve
from app.cli.token import token
from app.cli.warm import warm
from app.cli.why import why
from app.cli.worker import worker
from app.config import example
from app.demo.run import run as run_demo
from app.hosts import HOSTS


@click.group()
def main() -> None:
    """Serve AI panels into the applications where people already work."""


@main.command()
@CONFIG
def init(path: Path) -> None:
    """Write a commented configuration, and say what comes next. Never overwrites one."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(example())
    except OSError as error:  # it is there already, or its folder is not
        click.echo(f"{path} cannot be written: {error.strerror}. Name another with -c.", err=True)
        sys.exit(1)
    click.echo(f"Wrote {path}. Next:")
    click.echo(f"  1. Fill in public_url, a core, a capability and a connection (host: {' or '.join(sorted(HOSTS))}).")
    click.echo('  2. Make the key that keys refers to: export INLAY_KEY="$(openssl rand -hex 32)"')
    click.echo(f"  3. See what is still wrong: inlay check -c {path}")
    click.echo(f"  4. Start it: inlay serve -c {path}")


@main.command()
@click.option("--port", type=int, default=8000, show_default=True, help="Inlay's port; the others count up from it.")
@click.option("--leads", type=click.Path(path_type=Path), help="A CSV of your own leads, with an id column.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/demo"),
    show_default=True,
    help="Where the demo keeps its keys, database and logs.",
)
@click.option("--id-column", help="The column that holds the ids, when it has another name than usual.")
@click.option("--documents", type=click.Path(path_type=Path), help="A folder of your contracts: PDF, Word, text.")
@click.option("--open/--no-open", "open_browser", default=False, help="Open the demo's front page in a browser.")
def demo(
    port: int, leads: Path | None, state: Path, id_column: str | None, documents: Path | None, open_browser: bool
) -> None:
    """Everything on this machine, without accounts: Inlay, a simulated CRM and library, the built-in core."""
    sys.exit(
        run_demo(
            port=port,
            leads=leads,
            state_dir=state,
            id_column=id_column,
            documents=documents,
            open_browser=open_browser,
        )
    )


for command in (
    admin,
    alerts,
    audit,
    check,
    db,
    jobs,
    leave,
    package,
    preview,
    reload,
    revoke,
    rollback,
    rollout,
    secret,
    serve,
    token,
    warm,
    why,
    worker,
):
    main.add_command(command)
