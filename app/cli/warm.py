"""`inlay warm`: scores computed before anybody looks, from a list of records or from the host's own."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import click

from app.application import build
from app.cli._config import CONFIG, CONNECTION, JSON, load, named, upgraded, words
from app.cli._course import PATIENT_S, Course
from app.cli._records import Listed, read
from app.errors import ConfigError, Problem
from app.launch import MAX_RECORDS, Record
from app.web.parts import Parts

_NONE = Listed((), 0, ())


@click.command()
@CONFIG
@CONNECTION
@click.option("--capability", "capability", required=True, help="The capability to score for.")
@click.option(
    "--from", "file", type=click.Path(path_type=Path, dir_okay=False), help="CSV or JSON lines of record ids."
)
@click.option("--from-host", is_flag=True, help="All records that the host lists, in place of a file.")
@click.option("--type", "kind", default="", help="The type of ids that name none; else the capability's only one.")
@click.option("--id-column", default="", help="The column of ids, when it has another name than usual.")
@click.option("--priority-only", is_flag=True, help="Only records that the connection's priority rules call high.")
@click.option("--again", is_flag=True, help="Begin anew with a list that an earlier run did not finish.")
@JSON
def warm(path: Path, name: str, capability: str, file: Path | None, kind: str, as_json: bool, **how: Any) -> None:
    """Score records before anybody looks: 200 at a time, no faster than core and host allow.

    What has a fresh score already is left alone. A run that was ended goes on from where it was when it is called
    again. Exit code 1: some records were not scored; 2: called wrongly, or the file is no list of records.
    """
    settings = load(path)
    upgraded(settings)
    with words():
        _one_source(file, how["from_host"])
        named(settings, name)
        parts, _ = build(settings)
        course = _course(parts, name, capability, how["priority_only"], how["from_host"])
        types = course.capability.records
        listed = read(file, _type(kind, types), how["id_column"]) if file else _NONE
    try:
        code = _ran(course, listed, kind, again=how["again"], as_json=as_json)
    finally:
        parts.close()
    sys.exit(code)


def _ran(course: Course, listed: Listed, kind: str, *, again: bool, as_json: bool) -> int:
    began, before = time.monotonic(), 0
    if listed.records:
        course.list_hash = listed.hash
        before, at = (0, 0.0) if again else course.run.begun(course.parts.database)
        course.done = before
        if not as_json:
            _say_list(listed, before, at)
        batches = _batches(listed.records, before)
    else:
        batches = _pages(course, (kind,) if kind else course.capability.records)
    total = len(listed.records) or None
    bar = _bar(total, hidden=as_json)
    with suppress(KeyboardInterrupt), bar:
        bar.update(before)
        course.go(batches, bar.update)
    ok = course.ended and not course.tally.failed and not listed.malformed
    seconds = time.monotonic() - began
    said = _report(course, listed, before, seconds, ok=ok)
    click.echo(json.dumps(said, indent=2) if as_json else _words(said, course, total))
    return int(not ok)


def _bar(total: int | None, *, hidden: bool) -> Any:
    unknown: Iterator[int] | None = None if total else (n for n in range(0))  # it wants a length, or something to read
    return click.progressbar(unknown, length=total, label="Scoring", show_pos=True, file=sys.stderr, hidden=hidden)


def _batches(records: Sequence[Record], start: int) -> Iterator[Sequence[Record]]:
    for at in range(start, len(records), MAX_RECORDS):
        yield records[at : at + MAX_RECORDS]


def _pages(course: Course, kinds: Sequence[str]) -> Iterator[Sequence[Record]]:
    """The host's own list. What the rules leave out of it is counted here, and not read once more."""
    for kind in kinds:
        after = ""
        while True:
            listed = partial(course.parts.warmer.listed, course.connection, course.capability, kind, after, PATIENT_S)
            page, high = course.patiently(listed)
            if not page:
                break
            after = page[-1].id
            if course.priority_only:
                course.tally.low += len(page) - len(high)
                course.done += len(page) - len(high)
                page = high
            if page:
                yield page


def _one_source(file: Path | None, from_host: bool) -> None:
    if (file is None) == (not from_host):
        mend = "Name a file of record ids with --from FILE, or say --from-host."
        raise ConfigError([Problem("--from", "it is not clear which records are meant.", mend)])


def _course(parts: Parts, name: str, capability_name: str, priority_only: bool, from_host: bool) -> Course:
    """Raises ConfigError for what this connection cannot do."""
    connection = parts.connections.get(name)
    scores = {each.name: each for each in connection.capabilities if each.kind == "score"}
    if capability_name not in scores:
        mend = f"Known are: {', '.join(scores) or 'none'}."
        raise ConfigError([Problem("--capability", f"{name} has no score {capability_name!r}.", mend)])
    if scores[capability_name].is_imported:
        mend = "Bring its scores: PUT /api/v1/scores, docs/api.md."
        raise ConfigError([Problem("--capability", f"{capability_name} is only imported: nobody can be asked.", mend)])
    if not parts.connections.can_read(connection):
        mend = "Set client_id and token_url, or records_from, so that there is something to score."
        raise ConfigError([Problem("-k", f"the records of {name} cannot be read without a viewer.", mend)])
    if from_host and not parts.connections.can_list(connection):
        raise ConfigError([Problem("--from-host", f"the host of {name} lists no records.", "Use --from FILE.")])
    if priority_only and not connection.settings.priority.get(capability_name):
        mend = f"Add [connections.{name}.priority] {capability_name} = [...], or leave --priority-only out."
        raise ConfigError([Problem("--priority-only", f"{name} has no priority rules for it.", mend)])
    return Course(parts, connection, scores[capability_name], priority_only)


def _type(kind: str, types: Sequence[str]) -> str:
    """Of ids that name none. Raises ConfigError."""
    if kind and kind not in types:
        mend = f"Known are: {', '.join(types)}."
        raise ConfigError([Problem("--type", f"the capability is not about {kind!r}.", mend)])
    return kind or types[0]


def _say_list(listed: Listed, before: int, at: float) -> None:
    for note in listed.notes:
        click.echo(note, err=True)
    if listed.repeated:
        click.echo(f"{listed.repeated:,} ids stand there more than once; each is scored once.", err=True)
    for sentence in listed.malformed[:5]:
        click.echo(f"Left out: {sentence}.", err=True)
    if len(listed.malformed) > 5:
        click.echo(f"... and {len(listed.malformed) - 5:,} more lines.", err=True)
    if before:
        ago = (time.time() - at) / 60
        click.echo(
            f"Going on behind record {before:,}, where a run ended {ago:.0f} min ago; --again begins anew.", err=True
        )


def _report(course: Course, listed: Listed, before: int, seconds: float, *, ok: bool) -> dict[str, Any]:
    tally = course.tally
    return {
        "ok": ok,
        "connection": course.connection.name,
        "capability": course.capability.name,
        "records": course.done - before,
        "before": before,
        "scored": tally.scored,
        "fresh": tally.fresh,
        "low": tally.low,
        "insufficient": tally.insufficient,
        "failed": dict(tally.failed.most_common()),
        "repeated": listed.repeated,
        "malformed": list(listed.malformed),
        "seconds": round(seconds, 1),
        "stopped": course.stopped.reason if course.stopped is not None else None,
    }


def _words(said: dict[str, Any], course: Course, total: int | None) -> str:
    done, seconds, failed = said["records"], said["seconds"], sum(said["failed"].values())
    lines = [
        f"{done:,} records in {seconds:.1f} s ({done / max(seconds, 0.001):,.0f}/s): {said['scored']:,} scored, "
        f"{said['fresh']:,} fresh already, {said['low']:,} left out by the rules, "
        f"{said['insufficient']:,} of which too little is known, {failed:,} failed."
    ]
    lines += [f"  {n:,} {reason}" for reason, n in said["failed"].items()]
    if len(said["malformed"]):
        lines.append(f"{len(said['malformed']):,} lines of the file name no record.")
    if course.stopped is not None:
        lines.append(f"Stopped, since nothing could be scored any more: {course.stopped.reason}. {course.stopped}")
    if not course.ended:
        where = f" behind record {course.done:,} of {total:,}" if total is not None else ""
        lines.append(f"Call it again to go on{where}.")
    return "\n".join(lines)
