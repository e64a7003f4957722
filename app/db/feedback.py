"""Rows of feedback to cores: what each was told of, and which take none."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from app.db.database import Database
from app.db.insert_new import insert_new
from app.db.jobs import enqueue
from app.db.schema_feedback import feedback_refusals, feedback_threads, outcomes

KIND = "feedback"  # of the jobs
ATTEMPTS = 24  # about half a day, an hour apart at last
_OF = ("core", "connection", "capability", "record_type", "record_id", "item")


@dataclass(frozen=True, slots=True)
class Of:
    """What a core is told of."""

    core: str
    connection: str
    capability: str
    record_type: str
    record_id: str
    item: str


def thread(conn: Connection, of: Of) -> str:
    """The name that the core knows it by; begun where there is none."""
    c = feedback_threads.c
    mine = [c[name] == getattr(of, name) for name in _OF]
    new = {"thread": secrets.token_hex(16), **asdict(of), "version": 0}
    insert_new(conn, feedback_threads, new, _OF)
    return str(conn.execute(select(c.thread).where(*mine)).scalar_one())


def begun(conn: Connection, name: str, version: int, now: float) -> bool:
    """We are about to tell this version. False: somebody was erased meanwhile, or a newer one was heard already."""
    c = feedback_threads.c
    row = conn.execute(select(c.version).where(c.thread == name).with_for_update()).first()
    if row is None or row.version >= version:
        return False
    told = func.coalesce(c.told_at, now)
    conn.execute(update(feedback_threads).where(c.thread == name).values(told_at=told))
    return True


def heard(conn: Connection, name: str, version: int) -> None:
    """The core has it."""
    c = feedback_threads.c
    conn.execute(update(feedback_threads).where(c.thread == name, c.version < version).values(version=version))


def became(conn: Connection, connection: str, record_type: str, record_id: str, outcome: str, at: float) -> None:
    """What a record came to, as its host told; the first that is told holds."""
    named = {"connection": connection, "record_type": record_type, "record_id": record_id}
    insert_new(conn, outcomes, named | {"outcome": outcome, "at": at}, tuple(named))


def retract(conn: Connection, which: ColumnElement[bool]) -> int:
    """Forget threads, and queue that the cores do so too that were told of them; how many. The jobs name nobody.

    Whoever is telling one just now has noted that before: what comes late at the core is of no effect there.
    """
    c = feedback_threads.c
    gone = conn.execute(delete(feedback_threads).where(which).returning(c.thread, c.core, c.told_at)).all()
    for row in gone:
        if row.told_at is not None:
            told = {"id": f"retract-{row.thread}", "kind": "retraction", "thread": row.thread, "version": 1}
            enqueue(conn, KIND, {"core": row.core, "told": told}, max_attempts=ATTEMPTS)
    return len(gone)


def refused(conn: Connection, core: str, status: int, now: float) -> None:
    """Remember that a core takes no feedback, and with which HTTP status it said so."""
    taken(conn, core)
    conn.execute(insert(feedback_refusals).values(core=core, status=status, at=now))


def taken(conn: Connection, core: str) -> None:
    """It takes feedback after all."""
    conn.execute(delete(feedback_refusals).where(feedback_refusals.c.core == core))


def refusals(database: Database) -> Mapping[str, tuple[int, float]]:
    """By the core's identity: what it answered, and when. Raises StoreUnavailable."""
    with database.read() as conn:
        return {row.core: (row.status, row.at) for row in conn.execute(select(feedback_refusals))}
