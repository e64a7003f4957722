"""`inlay why`: why a connection's panels are blank, layer by layer."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

import click

from app.audit import AuditLog
from app.cli._config import CONFIG, CONNECTION, load, named, opened, words
from app.db.epochs import Epochs
from app.db.framings import Framings
from app.figures.stored import DAY_S, StoredFigures
from app.health.diagnosis import POPUP_BLOCKED, diagnose, failing, scene
from app.metrics import Metrics
from app.rollouts import Rollouts

_SIGNS = {"ok": "ok      ", "bad": "FAILS   ", "unknown": "unseen  "}


@click.command()
@CONFIG
@CONNECTION
@click.option("--viewer", default="", help="Only what happened to this viewer, by the host's id.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for a program.")
def why(path: Path, name: str, viewer: str, as_json: bool) -> None:
    """Why is my panel blank? Names the layer that fails, by what happened in the last six hours; asks nobody.

    Exit code 0: none is known to fail; 1: one does.
    """
    settings, now = load(path), time.time()
    with words(), opened(settings) as database:
        named(settings, name)
        plan = Rollouts(database, AuditLog(database, time.time, Metrics()), Epochs(database), time.time).plan(name)
        blocked = StoredFigures(database).total(POPUP_BLOCKED, now - DAY_S, name)
        tried = Framings(database, time.time).all()
        found = diagnose(scene(settings, name, database, tried, plan, blocked, now, viewer))
    worst = failing(found)
    if as_json:
        click.echo(json.dumps({"fails": worst.layer if worst else None, "layers": [asdict(each) for each in found]}))
    else:
        for each in found:
            click.echo(f"{_SIGNS[each.state]}{each.layer}: {each.what}")
        if worst:
            click.echo(f"\nIt fails at: {worst.layer}. {worst.mend}")
    sys.exit(int(worst is not None))
