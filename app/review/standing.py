"""The verdicts that stand for many records at once: in full as a viewer sees them, or as little as a badge needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from app.answer import Answer, Reviewed
from app.connections import Connection
from app.core.stored import Key
from app.db import Database
from app.db import reviews as rows
from app.db.epochs import Epochs
from app.launch import Record
from app.review.kept import Kept
from app.review.overrides import Overrides
from app.session.bearer import Session


class Standing:
    """Reads verdicts: one query for each capability and type of record. Methods raise StoreUnavailable."""

    def __init__(self, database: Database, kept: Kept, epochs: Epochs, clock: Callable[[], float]) -> None:
        self._database, self._kept, self._clock = database, kept, clock
        self._overrides = Overrides(database, epochs)

    def of(
        self, session: Session, connection: Connection, asked: Sequence[tuple[str, Record]], item: str | None = None
    ) -> dict[tuple[str, Record], dict[str, Reviewed]]:
        """By capability and record, then by item."""
        found: dict[tuple[str, Record], dict[str, Reviewed]] = defaultdict(dict)
        groups: dict[tuple[str, str], set[str]] = defaultdict(set)
        for capability, record in asked:
            groups[capability, record.type].add(record.id)
        if not groups:
            return found
        with self._database.read() as conn:
            kept = [
                row
                for (capability, kind), ids in groups.items()
                for row in rows.of_records(conn, connection.source, capability, kind, ids, item)
            ]
        now = self._clock()
        for row in kept:
            place = (row.capability, Record(row.record_type, row.record_id))
            found[place][row.item] = self._kept.seen(row, session, connection, now)
        return found

    def overridden(self, connection: Connection, answers: Mapping[Record, Answer]) -> dict[Record, Answer]:
        """The answers with what somebody set in a score's place, where that holds: nothing of it is opened."""
        asked = {
            Key(connection.source, each.capability, record): record
            for record, each in answers.items()
            if each.score is not None
        }
        found = self._overrides.of(list(asked))
        return {
            **answers, **{asked[key]: replace(answers[asked[key]], override=value) for key, value in found.items()}
        }  # fmt: skip
