"""`inlay api-key`: keys of a customer's services, which ask for scores or bring them."""

from __future__ import annotations

import getpass
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from app.audit import AuditLog
from app.cli._config import CONFIG, CONNECTION, JSON, load, named, opened, words
from app.config import Settings
from app.machines.callers import ApiKeys, May
from app.machines.callers.keys import LONGEST_DAYS, ApiKey, Wanted
from app.metrics import Metrics


@click.group("api-key")
def api_key() -> None:
    """Keys of a customer's services: for `/api/v1/scores`, never for a panel."""


@api_key.command()
@CONFIG
@CONNECTION
@click.option("--service", required=True, help="Who it is for, such as apex or warehouse.")
@click.option("--capability", "capabilities", required=True, multiple=True, help="A score; again for more.")
@click.option("--field", "fields", multiple=True, help="A field that it may see of reasons; again for more.")
@click.option(
    "--may", type=click.Choice([str(each) for each in May]), multiple=True, default=("read",), show_default=True
)
@click.option(
    "--days", type=click.IntRange(1, LONGEST_DAYS), default=365, show_default=True, help="How long it is valid."
)
@JSON
def create(path: Path, name: str, service: str, as_json: bool, **grant: Any) -> None:
    """Make a key and show it: this once. Two may be valid at a time for each service, so that it can be changed."""
    with _keys(path, name) as (keys, settings):
        may = tuple(May(each) for each in grant["may"])
        wanted = Wanted(name, service, grant["capabilities"], grant["fields"], may, grant["days"])
        made, text = keys.create(wanted, settings, _who())
    if as_json:
        click.echo(json.dumps({"key": text, **asdict(made)}))
        return
    click.echo(text)
    click.echo(f"Key {made.id} of {service} is valid until {_day(made.expires_at)}. It is not shown again.", err=True)


@api_key.command("list")
@CONFIG
@CONNECTION
@JSON
def list_(path: Path, name: str, as_json: bool) -> None:
    """All keys of a connection, those that are over too; never what they say."""
    with _keys(path, name) as (keys, _):
        found, now = keys.all([name]), time.time()
    if as_json:
        click.echo(json.dumps([asdict(each) | {"state": each.state(now)} for each in found], indent=2))
        return
    for each in found:
        click.echo(f"{each.id}  {each.state(now):8}  {each.service:20}  {_line(each)}")


@api_key.command()
@CONFIG
@CONNECTION
@click.argument("key_id")
def revoke(path: Path, name: str, key_id: str) -> None:
    """End a key at once, in every running process. KEY_ID is as `list` shows it."""
    with _keys(path, name) as (keys, _):
        ended = keys.revoke(key_id, name, _who())
    click.echo(f"Key {key_id} of {ended.service} opens nothing any more.")


@contextmanager
def _keys(path: Path, name: str) -> Iterator[tuple[ApiKeys, Settings]]:
    settings = load(path)
    with words(), opened(settings) as database:
        named(settings, name)
        yield ApiKeys(database, AuditLog(database, time.time, Metrics()), time.time), settings


def _line(key: ApiKey) -> str:
    used = f"last used {_day(key.used_at)}" if key.used_at else "never used"
    return f"{'+'.join(key.may)} {', '.join(key.capabilities)}; until {_day(key.expires_at)}, {used}"


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def _who() -> str:
    """Who is at the machine, for the audit."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli"
