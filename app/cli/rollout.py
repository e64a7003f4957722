"""`inlay rollout`: who is shown panels, without the admin's pages; the switch that turns all off."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import click

from app.audit import AuditLog
from app.cli._config import CONFIG, CONNECTION, load, named, opened, words
from app.db.epochs import Epochs
from app.metrics import Metrics
from app.rollouts import Reach, Rollout, Rollouts


@click.command()
@CONFIG
@CONNECTION
@click.option("--component", default="", help="Only this component; else the whole connection.")
@click.option("--reach", type=click.Choice([str(each) for each in Reach]), help="Who is shown it; without: what holds.")
@click.option("--percent", type=float, default=0.0, help="For --reach percent: of viewers, always the same ones.")
@click.option("--viewer", "viewers", multiple=True, help="For --reach viewers: by the host's id; again for more.")
@click.option("--from", "starts_at", type=click.DateTime(), help="From this moment on, in UTC; without: now.")
def rollout(
    path: Path, name: str, component: str, reach: str | None, percent: float, viewers: tuple[str, ...],
    starts_at: datetime | None,
) -> None:  # fmt: skip
    """Show panels to all, to a share, to some, or to nobody: in every process within a second."""
    settings = load(path)
    with words(), opened(settings) as database:
        components = named(settings, name).components
        if component and component not in components:
            raise click.BadParameter(f"{name} has {', '.join(components)}.", param_hint="--component")
        rollouts = Rollouts(database, AuditLog(database, time.time, Metrics()), Epochs(database), time.time)
        if reach:
            begins = starts_at.replace(tzinfo=UTC).timestamp() if starts_at else 0.0
            wanted = Rollout(name, component, Reach(reach), begins, percent=percent, viewers=frozenset(viewers))
            rollouts.set(wanted, "command line")
        for line in rollouts.plan(name):
            click.echo(_line(line))
        if not rollouts.plan(name):
            click.echo(f"{name}: shown to all.")


def _line(one: Rollout) -> str:
    who = {
        Reach.ALL: "shown to all",
        Reach.OFF: "off",
        Reach.PERCENT: f"shown to {one.percent:g} % of viewers",
        Reach.VIEWERS: f"shown to {len(one.viewers)} named viewers",
    }[one.reach]
    since = datetime.fromtimestamp(one.starts_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{one.connection} {one.component or '(all components)'}: {who}, from {since}, by {one.set_by}"
