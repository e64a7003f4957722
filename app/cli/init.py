"""`inlay init`: a configuration to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli._config import CONFIG, words
from app.config import Settings, beginning
from app.errors import ConfigError, Problem
from app.revisions.vault import make_key


@click.command()
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
