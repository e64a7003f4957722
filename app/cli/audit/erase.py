"""`inlay audit erase`: a subject is forgotten, and it is proved that it is."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from app.audit import AuditLog
from app.cli._config import CONFIG, CONNECTION, JSON, load, named, opened, words
from app.config import Settings
from app.db.erasing import Subject
from app.db.personal import ELSEWHERE, KEY_TABLES, TABLES, Of
from app.erasure import Erased, Found
from app.errors import BadRequest, ConfigError, Problem
from app.launch import Record
from app.metrics import Metrics
from app.wiring import erasure


@click.command()
@CONFIG
@CONNECTION
@click.option("--subject", "text", required=True, metavar="TYPE/ID", help="The record, as its host names it.")
@click.option("--dry-run", is_flag=True, help="Only say what there is; nothing is changed.")
@click.option("--yes", is_flag=True, help="Do it; without this it is asked first.")
@JSON
def erase(path: Path, name: str, text: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Erase what is kept of a record: its key is destroyed, so that also backups of the database say nothing of it.

    All connections that read through the same one are meant. What was done is in the audit, without the record's name.
    Exit code 1: something of it could still be read, or be in Redis; run it again.
    """
    settings = load(path)
    with words(), opened(settings) as database:
        subject = _subject(settings, name, text)
        database.overwriting()
        with erasure(settings, database, AuditLog(database, time.time, Metrics()), time.time) as it:
            found = it.find(subject)
            if dry_run or not (yes or _agreed(found, subject, as_json)):
                _say_found(found, subject, as_json)
                return
            done = it.erase(subject)
    _say_done(done, settings, as_json)
    sys.exit(0 if done.is_proved else 1)


def _subject(settings: Settings, name: str, text: str) -> Subject:
    """In the connection that the record is read through, and in all that read through that one."""
    source = named(settings, name).records_from or name
    try:
        record = Record.parse(text)
    except BadRequest as error:
        raise ConfigError([Problem("--subject", f"{text!r} is no record.", str(error))]) from None
    held = [
        each.name
        for each in settings.connections.values()
        if each.legal_hold and source in (each.name, each.records_from)
    ]
    if held:
        what = f"{' and '.join(held)} is under a legal hold: nothing of it may be erased."
        raise ConfigError([Problem(f"[connections.{held[0]}] legal_hold", what, "Lift it first.")])
    family = (source, *(each.name for each in settings.connections.values() if each.records_from == source))
    return Subject(source, family, record.type, record.id)


def _agreed(found: Found, subject: Subject, as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        raise ConfigError(
            [Problem("erase", "nobody is here to be asked.", "Say --dry-run to look, or --yes to do it.")]
        )
    _say_found(found, subject, as_json=False)
    return click.confirm("Erase it? This cannot be undone.")


def _say_found(found: Found, subject: Subject, as_json: bool) -> None:
    if as_json:
        told = {"connections": list(subject.connections), "erased": False, **_counts(found), "places": _places()}
        click.echo(json.dumps(told, indent=2))
        return
    click.echo(f"In {', '.join(subject.connections)}, of this record:")
    _say_counts(found)
    click.echo("Nothing was changed. To do it, say --yes.")


def _say_done(done: Erased, settings: Settings, as_json: bool) -> None:
    until = datetime.fromtimestamp(time.time() + settings.store.key_backups, UTC).isoformat(timespec="minutes")
    if as_json:
        told = {"erased": True, "reference": done.reference, **_counts(done.found), "proofs": dict(done.proofs)}
        click.echo(json.dumps(told | {"key_backups_until": until, "places": _places()}, indent=2))
        return
    _say_counts(done.found)
    for what, holds in done.proofs.items():
        click.echo(f"  {'proved' if holds else 'NOT SO'}  {what}")
    click.echo(f"In the audit: {done.reference}. Backups of the key store that hold its key must be gone by {until}.")
    click.echo("Not ours to erase: the record at its host, and what a core keeps of its questions.")
    if not done.is_proved:
        click.echo("Something is left, or Redis did not answer. Run it again.", err=True)


def _say_counts(found: Found) -> None:
    for table, n in _counts(found)["rows"].items():
        click.echo(f"{n:>8}  {table}")
    click.echo(f"{found.keys:>8}  keys")


def _counts(found: Found) -> dict[str, Mapping[str, int]]:
    return {"rows": dict(found.rows), "keys": {"subject_keys": found.keys}}


def _places() -> list[dict[str, object]]:
    """All that may hold something of a subject, each with its rule."""
    return [
        {"name": each["name"], "holds": each["holds"], "erasing": each["erasing"]}
        for each in map(asdict, (*TABLES, *KEY_TABLES, *ELSEWHERE))
        if Of.SUBJECT in each["of"]
    ]
