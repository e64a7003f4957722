"""What becomes of each table's rows when a subject is erased: the rules that `app.db.personal` lists.

Each rule says how many rows it is about; it changes them only when it is told to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, or_, select, update

from app.db import feedback
from app.db.schema import leases, scores
from app.db.schema_api import import_rows, imports
from app.db.schema_documents import analyses, earlier_reviews, readings, reviews
from app.db.schema_feedback import feedback_threads, outcomes, thumbs
from app.db.schema_jobs import jobs, write_backs
from app.db.schema_outbox import outbox


@dataclass(frozen=True, slots=True)
class Subject:
    """A record, in the connection that it is read through (`source`) and in all that read through that one."""

    source: str
    connections: tuple[str, ...]
    kind: str
    id: str

    @property
    def record(self) -> str:
        """As a record is written: type/id."""
        return f"{self.kind}/{self.id}"


Rule = Callable[[Connection, Subject, float, bool], int]  # ..., now, whether to do it

# What stands of a score is that there was one, of which model, when, for whom it was made, and that it was erased.
BLANK: Mapping[str, Any] = {
    "record_id": "", "value": 0.0, "confidence": None, "factors": "[]", "features_hash": "", "snapshot": None,
    "reasons": None, "valid_until": 0.0,
}  # fmt: skip


def _scores(conn: Connection, subject: Subject, now: float, do: bool) -> int:
    mine = scores.c.connection.in_(subject.connections) & _is(scores, subject)
    if do:
        return conn.execute(update(scores).where(mine).values({**BLANK, "erased_at": now})).rowcount
    return _count(conn, scores, mine)


def _analyses(conn: Connection, subject: Subject, now: float, do: bool) -> int:  # noqa: ARG001 as all rules
    """Those that no other document needs. Before the readings, which name them."""
    mine = _read_of(subject)
    named = [
        each for row in conn.execute(select(readings.c.analysis, readings.c.before).where(mine)) for each in row if each
    ]
    others = select(readings.c.analysis).where(~mine, readings.c.analysis.in_(named))
    before = select(readings.c.before).where(~mine, readings.c.before.in_(named))
    needed = {*conn.execute(others).scalars(), *conn.execute(before).scalars()}
    alone = analyses.c.id.in_([each for each in named if each not in needed])
    return _gone(conn, analyses, alone, do)


def _readings(conn: Connection, subject: Subject, now: float, do: bool) -> int:  # noqa: ARG001
    return _gone(conn, readings, _read_of(subject), do)


def _import_rows(conn: Connection, subject: Subject, now: float, do: bool) -> int:  # noqa: ARG001
    """Of batches that are not whole yet."""
    theirs = select(imports.c.id).where(imports.c.connection.in_(subject.connections))
    return _gone(conn, import_rows, import_rows.c.import_id.in_(theirs) & _is(import_rows, subject), do)


def _reviews(conn: Connection, subject: Subject, now: float, do: bool) -> int:  # noqa: ARG001
    mine = reviews.c.connection.in_(subject.connections) & _is(reviews, subject)
    return _gone(conn, reviews, mine, do)


def _earlier_reviews(conn: Connection, subject: Subject, now: float, do: bool) -> int:  # noqa: ARG001
    mine = earlier_reviews.c.connection.in_(subject.connections) & _is(earlier_reviews, subject)
    return _gone(conn, earlier_reviews, mine, do)


def _write_backs(conn: Connection, subject: Subject, now: float, do: bool) -> int:  # noqa: ARG001
    mine = write_backs.c.connection.in_(subject.connections) & _is(write_backs, subject)
    return _gone(conn, write_backs, mine, do)


def _leases(conn: Connection, subject: Subject, now: float, do: bool) -> int:  # noqa: ARG001
    """A lease's key begins with the connection and ends with the record: `app.core.stored.Key`."""
    end = f"|{subject.record}"
    mine = or_(
        *(
            leases.c.key.startswith(f"{each}|", autoescape=True) & leases.c.key.endswith(end, autoescape=True)
            for each in subject.connections
        )
    )
    return _gone(conn, leases, mine, do)


def _jobs(conn: Connection, subject: Subject, now: float, do: bool) -> int:  # noqa: ARG001
    """Jobs about this record alone go; from a list of records its name goes."""
    name, found = subject.record, 0
    likely = jobs.c.payload.contains(json.dumps(name)[1:-1], autoescape=True)
    for row in conn.execute(select(jobs.c.id, jobs.c.payload).where(likely)).all():
        payload = json.loads(row.payload)
        records = payload.get("records")
        if payload.get("connection") not in subject.connections or name not in (
            payload.get("record"),
            *(records or ()),
        ):
            continue
        found += 1
        rest = [each for each in records or () if each != name]
        if do and rest:
            text = json.dumps(payload | {"records": rest})
            conn.execute(update(jobs).where(jobs.c.id == row.id).values(payload=text))
        elif do:
            conn.execute(delete(jobs).where(jobs.c.id == row.id))
    return found


def _thumbs(conn: Connection, subject: Subject, now: float, do: bool) -> int:  # noqa: ARG001
    return _gone(conn, thumbs, thumbs.c.connection.in_(subject.connections) & _is(thumbs, subject), do)


def _outcomes(conn: Connection, subject: Subject, now: float, do: bool) -> int:  # noqa: ARG001
    return _gone(conn, outcomes, outcomes.c.connection.in_(subject.connections) & _is(outcomes, subject), do)


def _threads(conn: Connection, subject: Subject, now: float, do: bool) -> int:  # noqa: ARG001
    mine = feedback_threads.c.connection.in_(subject.connections) & _is(feedback_threads, subject)
    return feedback.retract(conn, mine) if do else _count(conn, feedback_threads, mine)


def _outbox(conn: Connection, subject: Subject, now: float, do: bool) -> int:  # noqa: ARG001
    mine = outbox.c.connection.in_(subject.connections) & _is(outbox, subject)
    return _gone(conn, outbox, mine, do)


ANNOUNCED_BEFORE = "scores"  # the first table whose writers hold the epoch before a row
# In this order: analyses are found by the readings, and whoever writes a reading holds its row before the epoch.
RULES: Mapping[str, Rule] = {
    "analyses": _analyses,
    "readings": _readings,
    "scores": _scores,
    "reviews": _reviews,
    "earlier_reviews": _earlier_reviews,
    "import_rows": _import_rows,
    "write_backs": _write_backs,
    "jobs": _jobs,
    "leases": _leases,
    "thumbs": _thumbs,
    "feedback_threads": _threads,
    "outcomes": _outcomes,
    "outbox": _outbox,
}


def _read_of(subject: Subject) -> ColumnElement[bool]:
    return readings.c.connection.in_(subject.connections) & _is(readings, subject)


def _is(table: Table, subject: Subject) -> ColumnElement[bool]:
    return (table.c.record_type == subject.kind) & (table.c.record_id == subject.id)


def _gone(conn: Connection, table: Table, which: ColumnElement[bool], do: bool) -> int:
    return conn.execute(delete(table).where(which)).rowcount if do else _count(conn, table, which)


def _count(conn: Connection, table: Table, which: ColumnElement[bool]) -> int:
    return int(conn.execute(select(func.count()).select_from(table).where(which)).scalar_one())
