"""`inlay keys`: which keys there are and what each has sealed, their rotation, and backups of the key store."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from app.audit import AuditLog
from app.cli._config import CONFIG, JSON, load, opened, words
from app.config import Settings
from app.db import Database
from app.db.schema_admin import erased_keys
from app.keys import Keyring
from app.keys.backups import back_up, expire, restore
from app.keys.rotation import counts, rotate, waiting
from app.keys.subjects import SubjectKeys
from app.keys.wrapping import Wrapper
from app.metrics import Metrics
from app.wiring import keyring_of, subject_keys, wrapper_of


@dataclass(frozen=True, slots=True)
class _Ground:
    settings: Settings
    database: Database
    keyring: Keyring
    wrapper: Wrapper
    keys: SubjectKeys


@click.group()
def keys() -> None:
    """Our own keys: those of the deployment, and those of the people that scores are about."""


@keys.command("list")
@CONFIG
@JSON
def list_(path: Path, as_json: bool) -> None:
    """Each key of the list, the newest first, and how much it has sealed. Never shows a key.

    One that has sealed nothing may leave the list, a quarter of an hour after the last server took the new one over:
    until then tokens of sessions are signed by it.
    """
    with _ground(path) as on:
        sealed, (wrapped, destroyed) = counts(on.database, on.keyring.kids), on.keys.store.counts()
    rows = [_row(kid, n, sealed.get(kid, {}), wrapped.get(f"list:{kid}", 0)) for n, kid in enumerate(on.keyring.kids)]
    others = {name: n for name, n in wrapped.items() if name.removeprefix("list:") not in on.keyring.kids}
    lost = sum(sealed.get("", {}).values())
    if as_json:
        told = {"keys": rows, "wrapped_elsewhere": others, "destroyed": destroyed, "sealed_by_lost_keys": lost}
        click.echo(json.dumps(told, indent=2))
        return
    for row in rows:
        free = "" if row["newest"] or row["values"] or row["subjects"] else "   may be taken out"
        word = "newest" if row["newest"] else "older"
        click.echo(f"{row['key']}  {word:7} sealed {row['values']} values, wraps {row['subjects']} keys{free}")
    for name, n in others.items():
        click.echo(f"{name}  wraps {n} keys")
    click.echo(f"{destroyed} keys were destroyed by erasures.")
    if lost:
        click.echo(f"{lost} values are sealed by keys that are not in the list: put those back.", err=True)


@keys.command("rotate")
@CONFIG
@JSON
def rotate_(path: Path, as_json: bool) -> None:
    """Seal and wrap by the newest key all that an older one did; servers go on. Killed, it goes on when run again.

    First let every server know the new key: add it to [server] keys as the last, `inlay reload`; move it to the front,
    `inlay reload`; then rotate. Exit code 1: something could not be opened by any key of the list.
    """
    with _ground(path) as on:
        parts = (on.database, on.keys.store, on.keyring, on.wrapper)
        with click.progressbar(length=waiting(*parts), label="Rotating", file=sys.stderr) as bar:
            tally = rotate(*parts, bar.update)
        audit = AuditLog(on.database, time.time, Metrics())
        facts = {"key": on.wrapper.newest, "subjects": tally.subjects, "values": tally.values}
        audit.write("keys.rotated", detail=facts)
    if as_json:
        click.echo(json.dumps(asdict(tally) | {"key": on.wrapper.newest}, indent=2))
    else:
        click.echo(f"Wrapped {tally.subjects} keys and sealed {tally.values} values by {on.wrapper.newest}.")
    if tally.broken:
        click.echo(f"{tally.broken} could not be opened: put the key that sealed them back into the list.", err=True)
        sys.exit(1)


@keys.command()
@CONFIG
@click.option("-o", "--output", "folder", type=click.Path(path_type=Path, file_okay=False), required=True)
@JSON
def backup(path: Path, folder: Path, as_json: bool) -> None:
    """Back the key store up into a folder, and remove the backups there that are over [store] key_backups old.

    Run it each day, into a folder of its own. Without the key store nobody can read what scores were made from.
    """
    with _ground(path) as on:
        made = back_up(on.keys.store, folder, time.time())
        gone = expire(folder, on.settings.store.key_backups, time.time())
    if as_json:
        click.echo(json.dumps({"backup": str(made), "removed": [str(each) for each in gone]}, indent=2))
    else:
        click.echo(f"Wrote {made}; removed {len(gone)} older.")


@keys.command("restore")
@click.argument("backup_file", type=click.Path(path_type=Path, dir_okay=False))
@CONFIG
def restore_(backup_file: Path, path: Path) -> None:
    """Bring back keys from a backup. What was erased since stays erased: its keys are destroyed again."""
    with _ground(path) as on:
        there = restore(on.keys.store, backup_file)
        with on.database.read() as conn:
            gone = on.keys.destroy_ids(conn.execute(select(erased_keys.c.id)).scalars().all())
    click.echo(f"There are {there - len(gone)} keys; {len(gone)} that were erased since were destroyed again.")


@contextmanager
def _ground(path: Path) -> Iterator[_Ground]:
    settings = load(path)
    with words(), opened(settings) as database:
        keyring = keyring_of(settings)
        found = subject_keys(settings, keyring, time.time)
        try:
            yield _Ground(settings, database, keyring, wrapper_of(settings, keyring), found)
        finally:
            found.close()


def _row(kid: str, place: int, values: dict[str, int], subjects: int) -> dict[str, Any]:
    return {
        "key": kid,
        "newest": place == 0,
        "values": sum(values.values()),
        "subjects": subjects,
        "by_column": values,
    }
