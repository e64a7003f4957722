"""`inlay jobs`: what waits, what runs, and what is dead; the dead are replayed or dropped."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from app.audit.dead_jobs import Done
from app.audit.dead_jobs import drop as drop_jobs
from app.audit.dead_jobs import replay as replay_jobs
from app.audit.log import AuditLog
from app.cli._config import CONFIG, JSON, load, opened, words
from app.db import Database, dead_jobs
from app.db.dead_jobs import Chosen, Depth, Kept
from app.errors import ConfigError, Problem
from app.metrics import Metrics

_IDS = click.argument("ids", type=int, nargs=-1, metavar="[ID]...")
_KIND = click.option("--kind", default="", help="All dead jobs of this kind.")
_ALL = click.option("--all", "all_", is_flag=True, help="All dead jobs.")


@click.group()
def jobs() -> None:
    """Background jobs: what waits, what is dead, and what to do with it."""


@jobs.command("list")
@CONFIG
@click.option("--kind", default="", help="Only dead jobs of this kind.")
@click.option("--most", type=click.IntRange(1, 10_000), default=50, show_default=True, help="So many dead jobs.")
@JSON
def list_(path: Path, kind: str, most: int, as_json: bool) -> None:
    """Count jobs by kind and state, and list the dead: the last first, with why they failed.

    Names no record and no viewer; `show` does.
    """
    settings, now = load(path), time.time()
    with words(), opened(settings) as database:
        depths, dead = dead_jobs.depths(database, now), dead_jobs.dead(database, now, kind, most)
    if as_json:
        rows = [_row(each, names=False) for each in dead]
        click.echo(json.dumps({"depths": [_depth(each) for each in depths], "dead": rows}, indent=2))
        return
    for each in depths or ():
        click.echo(f"{each.kind:12} {each.state:8} {each.jobs:8}   {_since(each, now)}")
    click.echo("There are no jobs." if not depths else "" if dead else "No dead jobs.")
    for one in dead:
        age = _age(now - (one.dead_at or now))
        click.echo(f"{one.id:>8}  {one.kind:10} {one.connection:16} {one.attempts} tries, {age} ago: {one.last_error}")
    if dead:
        click.echo("See one: inlay jobs show ID. Once its cause is mended: inlay jobs replay ID.")


@jobs.command()
@click.argument("ids", type=int, nargs=-1, required=True, metavar="ID...")
@CONFIG
@JSON
def show(ids: Sequence[int], path: Path, as_json: bool) -> None:
    """Show jobs with what they are about: records, and ids of viewers and sessions where they have them.

    Exit code 1: one of them is not there.
    """
    settings = load(path)
    with words(), opened(settings) as database:
        found = dead_jobs.find(database, ids, time.time())
    if as_json:
        click.echo(json.dumps({"jobs": [_row(each, names=True) for each in found]}, indent=2))
    else:
        for each in found:
            for name, value in _row(each, names=True).items():
                click.echo(f"{name:13} {json.dumps(value) if isinstance(value, dict) else value}")
            click.echo()
    _say_missing(sorted({*ids} - {each.id for each in found}), "There is no job")


@jobs.command()
@_IDS
@_KIND
@_ALL
@CONFIG
@JSON
def replay(ids: Sequence[int], kind: str, all_: bool, path: Path, as_json: bool) -> None:
    """Run dead jobs again, with all their attempts. Running workers take them at once. Audited."""
    _change(path, ids, kind, all_, as_json, "replayed", lambda of, audit, one: replay_jobs(of, audit, one, time.time()))


@jobs.command()
@_IDS
@_KIND
@_ALL
@CONFIG
@JSON
def drop(ids: Sequence[int], kind: str, all_: bool, path: Path, as_json: bool) -> None:
    """Forget dead jobs: what they were to do is not done. Audited."""
    _change(path, ids, kind, all_, as_json, "dropped", drop_jobs)


def _change(
    path: Path,
    ids: Sequence[int],
    kind: str,
    all_: bool,
    as_json: bool,
    word: str,
    change: Callable[[Database, AuditLog, Chosen], Done],
) -> None:
    """Do it with those that are meant, and the audit with it. Exit code 1: one of the ids is not dead."""
    settings = load(path)
    with words(), opened(settings) as database:
        chosen = _chosen(ids, kind, all_)
        missing = _not_dead(database, ids)
        done = change(database, AuditLog(database, time.time, Metrics()), chosen)
    if as_json:
        rows = [{"kind": key[0], "connection": key[1], "jobs": n} for key, n in done.items()]
        click.echo(json.dumps({word: rows, "not_dead": missing}, indent=2))
    else:
        for (of_kind, connection), n in done.items():
            click.echo(
                f"{word.title()} {n} {of_kind} job{'' if n == 1 else 's'}{f' of {connection}' * bool(connection)}."
            )
        if not done:
            click.echo(f"No job was {word}: none of those is dead.")
    _say_missing(missing, "There is no dead job")


def _chosen(ids: Sequence[int], kind: str, all_: bool) -> Chosen:
    """Exactly one way of naming them: a slip must not drop everything. Raises ConfigError."""
    if bool(ids) + bool(kind) + all_ != 1:
        mend = "Name their ids, or a --kind, or --all. `inlay jobs list` has them."
        raise ConfigError([Problem("jobs", "it is not clear which dead jobs are meant.", mend)])
    return Chosen(tuple(ids), kind)


def _not_dead(database: Database, ids: Sequence[int]) -> list[int]:
    found = dead_jobs.find(database, ids, time.time())
    return sorted({*ids} - {each.id for each in found if each.state == "dead"})


def _say_missing(ids: Sequence[int], what: str) -> None:
    if ids:
        click.echo(f"{what} {', '.join(map(str, ids))}.", err=True)
        sys.exit(1)


def _row(each: Kept, *, names: bool) -> dict[str, Any]:
    row = asdict(each)
    if not names:
        del row["payload"]
    return row | {name: _instant(row[name]) for name in ("run_at", "dead_at")}


def _depth(each: Depth) -> dict[str, Any]:
    return asdict(each) | {"since": _instant(each.since)}


def _instant(at: float | None) -> str | None:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds") if at is not None else None


def _since(each: Depth, now: float) -> str:
    if each.state == "later":
        return f"the next in {_age(each.since - now)}"
    return "" if each.state == "running" else f"the oldest {_age(now - each.since)} ago"


def _age(seconds: float) -> str:
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
