"""`inlay secret`: secrets that are kept beside the configuration, which refers to them by name."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from app.audit import AuditLog
from app.cli._config import CONFIG, JSON, words
from app.config import store_of
from app.db import Database
from app.db.migrations import upgrade
from app.errors import ConfigError, Problem
from app.metrics import Metrics
from app.revisions.vault import Vault, referred

BY = "command line"


@click.group()
def secret() -> None:
    """Secrets in files of mode 600 beside the configuration, which says file:secrets/NAME for them."""


@secret.command("set")
@click.argument("name")
@CONFIG
def set_(name: str, path: Path) -> None:
    """Keep a secret under NAME. Its value is asked for, or read from stdin; it is never an argument.

    What refers to it reads it again with: inlay reload
    """
    value = click.prompt("Value", hide_input=True) if sys.stdin.isatty() else sys.stdin.read()
    with words(), _vault(path) as vault:
        reference = vault.put(name, value, BY)
    click.echo(f'Kept in {vault.folder / name}. Write "{reference}" in {path.name}, then: inlay reload -c {path}')


@secret.command("list")
@CONFIG
@JSON
def list_(path: Path, as_json: bool) -> None:
    """Name the secrets that are kept, when each was changed, and which setting refers to it."""
    with words(), _vault(path) as vault:
        found, used = vault.all(), _referred(path)
    if as_json:
        rows = [{"name": each.name, "changed_at": each.changed_at, "setting": used.get(each.name)} for each in found]
        click.echo(json.dumps({"secrets": rows}, indent=2))
        return
    for each in found:
        day = datetime.fromtimestamp(each.changed_at, UTC)
        click.echo(f"{each.name:32} {day:%Y-%m-%d %H:%M} UTC  {each.problem or used.get(each.name, 'not referred to')}")
    for name, setting in used.items():
        if not vault.holds(name):
            click.echo(f"{name:32} missing               {setting}")


@secret.command()
@click.argument("name")
@CONFIG
def remove(name: str, path: Path) -> None:
    """Remove the secret NAME, unless the configuration refers to it."""
    with words(), _vault(path) as vault:
        if setting := _referred(path).get(name):
            mend = f"Take it out of {path.name} first, and reload."
            raise ConfigError([Problem(name, f"{setting} refers to it.", mend)])
        vault.remove(name, BY)
    click.echo(f"{name} is removed.")


@contextmanager
def _vault(path: Path) -> Iterator[Vault]:
    """Beside a configuration that need not hold yet: it may lack just this secret. Raises ConfigError."""
    database = Database(store_of(path).url)
    try:
        upgrade(database)
        yield Vault(path.resolve().parent, database, AuditLog(database, time.time, Metrics()))
    finally:
        database.close()


def _referred(path: Path) -> dict[str, str]:
    return referred(path.read_text(encoding="utf-8"), path.resolve().parent)
