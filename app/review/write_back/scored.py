"""Wishes that scores cause, many at once: a batch of them costs three statements, however many records it is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.answer import band
from app.config import CapabilitySettings, WriteBack
from app.db.jobs import Priority, enqueue_all
from app.launch import Record
from app.review.write_back import rows as write_backs
from app.review.write_back.rows import Place, Row

KIND = "write_back"  # of the jobs


@dataclass(frozen=True, slots=True)
class Scored:
    """A record's newest score."""

    record: Record
    decision: str
    value: float
    as_of: float  # when it was computed, seconds since the epoch


def wish(
    conn: Connection, source: str, capability: CapabilitySettings, fields: WriteBack, scores: Sequence[Scored],
    known: Mapping[Record, Row], now: float,
) -> int:  # fmt: skip
    """Those that moved enough from what their records hold, or are to hold, are to be written; how many."""
    wishes = []
    for each in scores:
        word, row = band(each.value, capability.bands), known.get(each.record)
        if row is None or _moved(row, each.value, word, fields):
            said = {"decision": each.decision, "score": each.value, "band": word, "as_of": each.as_of}
            wishes.append((Place(source, capability.name, each.record.type, each.record.id), said))
    if wishes:
        write_backs.wish_all(conn, wishes, now, cause="score", viewer="")
        places = [place for place, _ in wishes]
        enqueue_all(conn, KIND, {key_of(each): payload_of(each) for each in places}, priority=Priority.REFRESH)
    return len(wishes)


def payload_of(place: Place) -> dict[str, str]:
    """What the job of a place is told."""
    return {"connection": place.connection, "capability": place.capability, "record": place.record}


def key_of(place: Place) -> str:
    """The name of its job: one that waits already does for all wishes, since it writes what holds when it runs."""
    return f"{KIND}:{place.connection}:{place.capability}:{place.record}"


def _moved(row: Row, value: float, word: str, fields: WriteBack) -> bool:
    return row.score is None or row.band != word or abs(value - row.score) >= fields.at_least
