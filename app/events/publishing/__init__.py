"""What others may subscribe to: new scores and reviews, as CloudEvents 1.0 in the outbox, in their cause's transaction.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md: structured mode. Of people an event
holds the record's id and nothing else: no name, no feature, no reason in words, and not who said it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import Row

from app.answer import band
from app.config import CapabilitySettings, ConnectionSettings, Settings
from app.core.newest import NEWEST, PARTS
from app.core.stored import Key, Stored
from app.db import outbox
from app.db.lists import parameters
from app.launch import Record
from app.review.change import ReviewChange

SCORED, REVIEWED = "inlay.score.changed", "inlay.review.given"
MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
_Said = tuple[float, str, str]  # of a score: what makes it another


class Announcements:
    """Writes events into the outbox, where a connection publishes that capability. What cannot be written undoes what
    it tells of."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._source = settings, settings.server.public_url
        self._is_used = any(each.publish for each in settings.connections.values())

    def scored(self, conn: DatabaseConnection, new: Sequence[Stored]) -> None:
        """Before they are kept: only a score that differs from the one before is news. What came with a launch is that
        launch's own, and told to nobody."""
        told = [each for each in new if self._is_used and not each.key.carried and self._found(each.key)]
        if not told:
            return
        before = _before(conn, [each.key for each in told])
        news = [each for each in told if before.get(each.key) != _said(each)]
        outbox.put(conn, [self._kept(each) for each in news])

    def _kept(self, stored: Stored) -> outbox.Entry:
        score, model = stored.score, stored.score.model
        said = (score.value, str(score.meaning), model.name, model.version, score.computed_at.timestamp())
        return self._score(stored.key, stored.decision, stored.stored_at, *said)

    def reviewed(self, conn: DatabaseConnection, change: ReviewChange) -> None:
        """A listener of reviews."""
        key = Key(change.connection, change.capability, change.record)
        if self._is_used and self._found(key):
            outbox.put(conn, [self._review(key, change)])

    def publishes(self, connection: str, capability: str) -> bool:
        """Whether scores of this capability are told to a broker."""
        return self._is_used and self._found(Key(connection, capability, Record("", ""))) is not None

    def imported(self, row: Row[Any]) -> outbox.Entry:
        """The event of a score that lies in the table already."""
        key = Key(row.connection, row.capability, Record(row.record_type, row.record_id), "", row.arm)
        said = (row.value, row.meaning, row.model_name, row.model_version, row.computed_at)
        return self._score(key, row.id, row.created_at, *said)

    def _found(self, key: Key) -> tuple[ConnectionSettings, CapabilitySettings] | None:
        connection = self._settings.connections.get(key.connection)
        capability = self._settings.capabilities.get(key.capability)
        if connection is None or capability is None or key.capability not in connection.publish:
            return None
        return connection, capability

    def _score(
        self, key: Key, name: str, at: float, value: float, meaning: str, model: str, version: str, as_of: float
    ) -> outbox.Entry:
        found = self._found(key)
        data = {
            "score": value,
            "band": band(value, found[1].bands) if found else "",
            "meaning": meaning,
            "model": {"name": model, "version": version},
            "as_of": datetime.fromtimestamp(as_of, UTC).isoformat(),
            "decision": name,
        }
        return self._entry(SCORED, name, key, data, at)

    def _review(self, key: Key, change: ReviewChange) -> outbox.Entry:
        data = {
            "decision": change.decision,
            "item": change.item,
            "verdict": str(change.verdict) if change.verdict else None,
            "value": change.value,
            "severity": change.severity or None,
            "reason": change.reason or None,
            "approved": change.approved,
            "version": change.version,
        }
        # a version counts an item of a record; when one was erased and begins anew, the moment tells them apart
        name = f"{key.connection}.{key.capability}.{key.record}.{change.item}.{change.version}.{change.at:.6f}"
        return self._entry(REVIEWED, name, key, data, change.at)

    def _entry(self, kind: str, name: str, key: Key, data: Mapping[str, Any], at: float) -> outbox.Entry:
        settings, record = self._settings.connections[key.connection], key.record
        event = {
            "specversion": "1.0",
            "id": name,
            "source": f"{self._source}/connections/{key.connection}",
            "type": kind,
            "subject": str(record),
            "time": datetime.fromtimestamp(at, UTC).isoformat(),
            "datacontenttype": "application/json",
            "data": {"connection": key.connection, "capability": key.capability, "record": str(record), **data},
        }
        routing = settings.publish_key or f"{kind}.{key.connection}.{key.capability}"
        body = json.dumps(event)
        return outbox.Entry(name, settings.broker, key.connection, record.type, record.id, kind, routing, body, at)


def sequenced(entry: outbox.Kept) -> bytes:
    """The event with its place in the order, by which whoever gets an older one late can leave it.

    https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/sequence.md
    """
    return json.dumps(json.loads(entry.body) | {"sequence": f"{entry.id:020d}"}).encode()


def _before(conn: DatabaseConnection, keys: Sequence[Key]) -> dict[Key, _Said]:
    """The newest score of each, without its reasons, for which others' keys would be needed."""
    rows = [(k.connection, k.capability, k.record.type, k.record.id, "", k.arm, "") for k in keys]
    newest = NEWEST[conn.dialect.name, False]
    return {
        Key(row.connection, row.capability, Record(row.record_type, row.record_id), "", row.arm): (
            row.value,
            row.model_name,
            row.model_version,
        )
        for row in conn.execute(newest, parameters(conn, PARTS, rows))
    }


def _said(stored: Stored) -> _Said:
    return stored.score.value, stored.score.model.name, stored.score.model.version
