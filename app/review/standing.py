"""The verdicts that stand for many records at once: in full as a viewer sees them, or as little as a badge needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from app.answer import Answer, Reviewed
from app.connections import Connection
from app.db import Database
from app.db import reviews as rows
from app.launch import Record
from app.review.kept import Kept
from app.session.bearer import Session


class Standing:
    """Reads verdicts: one query for each capability and type of record. Methods raise StoreUnavailable."""

    def __init__(self, database: Database, kept: Kept, clock: Callable[[], float]) -> None:
        self._database, self._kept, self._clock = database, kept, clock

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
        groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for record, each in answers.items():
            if each.score is not None:
                groups[each.capability, record.type].append(record.id)
        if not groups:
            return dict(answers)
        with self._database.read() as conn:
            found = {group: rows.overrides(conn, connection.source, *group, ids) for group, ids in groups.items()}
        return {
            record: replace(each, override=found.get((each.capability, record.type), {}).get(record.id))
            for record, each in answers.items()
        }
