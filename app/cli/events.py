"""`inlay events`: what came in from hosts and brokers, what was refused and why, and what was published."""

from __future__ import annotations

import heapq
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from app.audit.log import AuditLog
from app.cli._config import CONFIG, load, named, opened, words
from app.db import Database, outbox
from app.db.schema import audit
from app.errors import StoreUnavailable
from app.metrics import Metrics

_EACH_S = 0.5
_MOST = 1_000  # lines of one look
_BEHIND_S = 5.0  # a transaction that ends later shows what is older: so far each look goes back
_WORDS = {"event.accepted": "taken", "event.repeated": "repeated", "event.refused": "refused"}


@click.group()
def events() -> None:
    """Events from hosts and brokers, and those that we publish."""


@events.command()
@CONFIG
@click.option("-k", "--connection", "name", default="", help="Only of this connection.")
@click.option("--since", "since_s", type=click.FloatRange(0, 86_400), default=0.0, help="Seconds of before.")
@click.option("--follow/--no-follow", default=True, show_default=True, help="Go on until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line, for a program.")
def tail(path: Path, name: str, since_s: float, follow: bool, as_json: bool) -> None:
    """Show events as they come: taken, repeated, refused with the reason, published.

    What was published names its records; that somebody looked is written into the audit.
    """
    settings = load(path)
    with words(), opened(settings) as database:
        if name:
            named(settings, name)
        _noted(database, name)
        seen = _Seen(database, name, time.time() - since_s)
        while True:
            try:
                for line in seen.news():
                    click.echo(json.dumps(line) if as_json else _words(line))
            except StoreUnavailable as away:
                if not follow:
                    raise
                click.echo(f"{away} ({away.reason})", err=True)
            if not follow:
                return
            try:
                time.sleep(_EACH_S)
            except KeyboardInterrupt:
                return


@dataclass
class _Seen:
    """What was shown already."""

    database: Database
    connection: str
    since: float
    shown: dict[str, float] = field(default_factory=dict)  # by what it is: when it was

    def news(self) -> Iterator[dict[str, Any]]:
        """What came since the last look, the oldest first."""
        fresh = []
        for line in heapq.merge(self._taken(), self._published(), key=lambda line: line["at"]):
            of = line.pop("of")
            if of not in self.shown:
                self.shown[of] = line["at"]
                fresh.append(line)
        yield from fresh
        self.since = max([self.since, *(line["at"] - _BEHIND_S for line in fresh)])
        self.shown = {of: at for of, at in self.shown.items() if at >= self.since}

    def _taken(self) -> Iterator[dict[str, Any]]:
        c = audit.c
        of = [c.connection == self.connection] if self.connection else []
        query = select(audit).where(c.event.in_(_WORDS), c.at >= self.since, *of).order_by(c.at, c.seq).limit(_MOST)
        with self.database.read() as conn:
            rows = conn.execute(query).all()
        for row in rows:
            detail = json.loads(row.detail or "{}")
            yield {
                "of": f"audit {row.seq}",
                "at": row.at,
                "what": _WORDS[row.event],
                "connection": row.connection or "",
                "reason": row.reason or "",
                "records": detail.get("records", 0),
                "how": detail.get("how", ""),
                "id": detail.get("event_id", ""),
            }

    def _published(self) -> Iterator[dict[str, Any]]:
        for each in outbox.lately(self.database, self.since, self.connection, _MOST):
            yield {
                "of": f"outbox {each.id}",
                "at": each.published_at,
                "what": "published",
                "connection": each.connection,
                "type": each.type,
                "record": f"{each.record_type}/{each.record_id}",
                "broker": each.broker,
                "key": each.key,
                "id": each.event_id,
            }


def _words(line: dict[str, Any]) -> str:
    at = datetime.fromtimestamp(line["at"], UTC).strftime("%H:%M:%S")
    head = f"{at}  {line['what']:<9}  {line['connection'] or '(unknown)':<20}"
    if line["what"] == "published":
        return f"{head}  {line['type']} of {line['record']} to {line['broker']}"
    if line["what"] == "refused":
        return f"{head}  {line['reason']}"
    records = f"{line['records']} record{'s' * (line['records'] != 1)}" if line["what"] == "taken" else ""
    return "  ".join(each for each in (head, records, line["how"], line["id"]) if each)


def _noted(database: Database, name: str) -> None:
    log = AuditLog(database, time.time, Metrics())
    of = {"connections": [name]} if name else {}
    log.write("audit.searched", detail={"admin": "command line", "filters": {"event": "event.*", **of}})
