"""`inlay alerts`: the rules, as Prometheus and Grafana read them."""

from __future__ import annotations

import json

import click

from app.health.alerts.grafana import dashboard
from app.health.alerts.prometheus import rules_file

_JOB = click.option("--job", default="inlay", show_default=True, help="What your Prometheus calls us: its job_name.")


@click.group()
def alerts() -> None:
    """Rules over the figures, for your own monitoring. Who has none sets [alerts] webhook."""


@alerts.command()
@_JOB
def prometheus(job: str) -> None:
    """Print a rules file for Prometheus; name it under rule_files."""
    click.echo(rules_file(job), nl=False)


@alerts.command()
@_JOB
def grafana(job: str) -> None:
    """Print a dashboard for Grafana, to be imported as it is."""
    click.echo(json.dumps(dashboard(job), indent=2))
