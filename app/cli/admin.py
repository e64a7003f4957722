"""`inlay admin`: letting admins in."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from app.admins import LINK_S, Admins, Role
from app.audit import AuditLog
from app.cli._config import CONFIG, load, named, opened, words
from app.metrics import Metrics


@click.group()
def admin() -> None:
    """The people who look after this deployment."""


@admin.command()
@CONFIG
@click.option("--name", default="admin", show_default=True, help="Who it is for; the audit names them so.")
@click.option("--role", type=click.Choice([str(role) for role in Role]), default=str(Role.OPERATOR), show_default=True)
@click.option("-k", "--connection", "connections", multiple=True, help="Only this connection; again for more.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for a program.")
def link(path: Path, name: str, role: str, connections: tuple[str, ...], as_json: bool) -> None:
    """A link to the admin's pages that lets one person in once, within a quarter of an hour.

    Whoever has it has the role: send it as you would a password.
    """
    settings = load(path)
    with words(), opened(settings) as database:
        for each in connections:
            named(settings, each)
        admins = Admins(database, AuditLog(database, time.time, Metrics()), time.time)
        code = admins.link(name, Role(role), connections)
    url = f"{settings.server.public_url}/admin/enter#{code}"
    if as_json:
        click.echo(json.dumps({"url": url, "name": name, "role": role, "expires_in": int(LINK_S)}))
    else:
        click.echo(url)
        click.echo(f"It lets {name} in as {role}, once, within {LINK_S / 60:.0f} minutes.", err=True)


@admin.command()
@CONFIG
@click.option("--name", help="Whom, as the audit names them.")
@click.option("--all", "everybody", is_flag=True, help="Whoever it is.")
def end(path: Path, name: str | None, everybody: bool) -> None:
    """End admins' sessions at once, in every process, and links that nobody has used.

    For a link that went astray, or a machine that did. Who signs in through a provider comes in again for as long as
    [admin] roles names them.
    """
    if bool(name) == everybody:
        raise click.UsageError("Say whom by --name, or --all.")
    with words(), opened(load(path)) as database:
        sessions, links = Admins(database, AuditLog(database, time.time, Metrics()), time.time).end(name or "")
    click.echo(f"Ended {sessions} sessions and {links} links.")
