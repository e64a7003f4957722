"""The command `inlay`. Exit codes: 0 done, 1 failed, 2 called wrongly or configured wrongly."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.cli._config import CONFIG, words
from app.cli.admin import admin
from app.cli.alerts import alerts
from app.cli.api_key import api_key
from app.cli.audit import audit
from app.cli.check import check
from app.cli.core import core
from app.cli.db import db
from app.cli.events import events
from app.cli.feedback import feedback
from app.cli.host import host
from app.cli.jobs import jobs
from app.cli.keys import keys
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
from app.config import Settings, beginning
from app.demo.run import run as run_demo
from app.errors import ConfigError, Problem
from app.revisions.vault import make_key


@click.group()
def main() -> None:
    """Serve AI panels into the applications where people already work."""


@main.command()
@CONFIG
@click.option("--url", default="https://inlay.example.com", show_default=True, help="Where browsers will reach it.")
def init(path: Path, url: str) -> None:
    """Write a commented configuration that can be served at once, and say what comes next. Never overwrites one."""
    with words():
        if path.exists():
            raise ConfigError([Problem(str(path), "File exists.", "Name another with -c.")])
        text = beginning(url.rstrip("/"), make_key(path.resolve().parent, "deployment_key"))
        Settings.parse(text, str(path), path.resolve().parent)  # an address that will not do is said now
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    click.echo(f"Wrote {path}, and a key in {path.parent / 'secrets' / 'deployment_key'}. Next:")
    click.echo(f"  1. Start it: inlay serve -c {path}")
    click.echo(f"  2. Come in: inlay admin link -c {path}")
    click.echo("  3. In its pages: Configuration (which core, which capabilities), then Add a host.")
    click.echo(f"What is wrong at any time: inlay check -c {path}")


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
    api_key,
    audit,
    check,
    core,
    db,
    events,
    feedback,
    host,
    jobs,
    keys,
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
