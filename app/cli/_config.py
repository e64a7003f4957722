"""What commands share: the option that names the configuration, and errors as sentences."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
from sqlalchemy import select

from app.config import ConnectionSettings, Settings
from app.db import Database
from app.db.migrations import upgrade
from app.db.schema_admin import erased_keys
from app.errors import ConfigError, InlayError, Problem, StoreUnavailable
from app.keys.store import make
from app.wiring import keyring_of, subject_keys

CONFIG = click.option(
    "-c",
    "--config",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("inlay.toml"),
    show_default=True,
    help="The configuration.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object for a program.")
CONNECTION = click.option("-k", "--connection", "name", required=True, help="The connection, by its name.")


def load(path: Path) -> Settings:
    """The configuration, or its problems as lines and exit code 2."""
    with words():
        return Settings.load(path)


def named(settings: Settings, name: str) -> ConnectionSettings:
    """The connection of that name. Raises ConfigError."""
    if name not in settings.connections:
        known = ", ".join(settings.connections) or "none"
        raise ConfigError([Problem("-k", f"there is no connection {name!r}.", f"Known are: {known}.")])
    return settings.connections[name]


@contextmanager
def words() -> Iterator[None]:
    """Errors of ours as lines, and as exit codes."""
    try:
        yield
    except ConfigError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        sys.exit(2)
    except StoreUnavailable as error:  # also where there is none yet, which waiting does not mend
        click.echo(f"The database does not answer ({error.reason}). What is wrong with it says: inlay check", err=True)
        sys.exit(1)
    except InlayError as error:
        click.echo(f"{error} ({error.reason})", err=True)
        sys.exit(1)


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database, closed in the end; a missing driver is a sentence."""
    try:
        database = Database(settings.store.url)
    except ModuleNotFoundError:  # SQLAlchemy loads a database's driver by its name
        click.echo("[store] url names PostgreSQL, whose driver is missing: pip install -e '.[postgres]'", err=True)
        sys.exit(2)
    try:
        yield database
    finally:
        database.close()


def upgraded(settings: Settings) -> None:
    """Bring the schema up to date before anything is done with it."""
    with opened(settings) as database:
        try:
            upgrade(database)
        except InlayError as error:
            click.echo(f"The database cannot be reached: {error.reason}. Look at [store] url.", err=True)
            sys.exit(1)
        _with_keys(settings, database)


def _with_keys(settings: Settings, database: Database) -> None:
    """See to it that the key store is there, and that no key is in it that was destroyed once: of a backup of it."""
    try:
        make(settings.store.keys_url, database, is_ours=not settings.store.key_store)
        keys = subject_keys(settings, keyring_of(settings), time.time)
        with closing(keys), database.read() as conn:
            keys.destroy_ids(conn.execute(select(erased_keys.c.id)).scalars().all())
    except ConfigError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        sys.exit(2)
    except InlayError as error:
        click.echo(f"The key store cannot be reached: {error.reason}. Look at [store] key_store.", err=True)
        sys.exit(1)
