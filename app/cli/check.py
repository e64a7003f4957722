"""`inlay check`: every problem of the configuration and of what it connects, with its mend."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

import click

from app.cli._config import CONFIG, JSON, opened
from app.config import Settings
from app.connections import Connections
from app.core import maps
from app.db import Database
from app.errors import ConfigError
from app.health import (
    Finding,
    Watch,
    brokers,
    connections,
    cores,
    database,
    feedback,
    key_store,
    residences,
    server,
)
from app.hosts._oauth import IntegrationTokens
from app.house import checked, read_house
from app.metrics import Metrics
from app.net import rabbitmq
from app.net.door import Door


@click.command()
@CONFIG
@JSON
def check(path: Path, as_json: bool) -> None:
    """Name every problem: of the configuration, the database, the cores, the connections. Changes nothing.

    Exit code 0: none; 1: there are some; 2: the configuration itself is refused.
    """
    try:
        settings = Settings.load(path)
        found = list(_said(_findings(settings), as_json))
        code = int(any(each.level == "problem" for each in found))
    except ConfigError as error:
        found = [Finding("problem", each.where, each.what, each.mend) for each in error.problems]
        list(_said(iter(found), as_json))
        code = 2
    if as_json:
        click.echo(json.dumps({"ok": code == 0, "findings": [asdict(each) for each in found]}, indent=2))
    sys.exit(code)


def _said(findings: Iterator[Finding], quiet: bool) -> Iterator[Finding]:
    """Each as it comes: some of them are waited for."""
    for each in findings:
        if not quiet:
            click.echo(str(each))
        yield each


def _findings(settings: Settings) -> Iterator[Finding]:
    """Raises ConfigError for what only the whole can see."""
    checked(settings, read_house())
    maps.checked(settings)
    metrics = Metrics()
    door = Door(settings.server.allow_private, metrics=metrics)
    watch = Watch(door, time.time)
    Connections(settings, door, IntegrationTokens(door), metrics)
    try:
        with opened(settings) if Database.exists(settings.store.url) else nullcontext() as store:
            yield from database(store)
            yield from key_store(settings)
            yield from server(settings, watch)
            yield from cores(settings, watch, metrics)
            yield from feedback(settings, store)
            yield from brokers(settings, rabbitmq.connect)
            yield from residences(settings)
            yield from connections(settings, watch, store, time.time)
        yield from watch.clocks()
    finally:
        door.close()
