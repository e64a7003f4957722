"""What the audit says of a connection's last hours, as far as it tells why a panel is blank."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.db import Database
from app.db.schema import audit
from app.health.diagnosis.reasons import meanings

GOOD = ("launch.accepted", "signin.started", "signin.answered", "answer.given", "analysis.given", "view.shown")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that was refused or failed: how often, when last, and the newest reference."""

    event: str
    reason: str
    count: int
    at: float
    reference: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Troubles, the newest first, and when something last went well, by its event."""

    troubles: tuple[Trouble, ...]
    went_well: dict[str, float]


def evidence(database: Database, connection: str, since: float, viewer: str = "") -> Evidence:
    """Of this connection, of one viewer where one is named. Raises StoreUnavailable.

    What nobody's name stands in (a refused launch proves nobody) is everybody's.
    """
    c, events = audit.c, meanings()[1].keys()
    mine = [c.connection == connection, c.at >= since]
    if viewer:
        mine.append((c.viewer == viewer) | c.viewer.is_(None))
    last = (
        select(c.event, c.reason, func.count().label("n"), func.max(c.at).label("at"), func.max(c.seq).label("seq"))
        .where(c.event.in_([*events, *GOOD]), *mine)
        .group_by(c.event, c.reason)
    )
    with database.read() as conn:
        rows = conn.execute(last).all()
        bad = [row for row in rows if row.event in events]
        newest = select(c.seq, c.reference).where(c.seq.in_([row.seq for row in bad]))
        references = {row.seq: row.reference or "" for row in conn.execute(newest)}
    troubles = sorted(
        (Trouble(row.event, row.reason or "", row.n, row.at, references[row.seq]) for row in bad),
        key=lambda one: -one.at,
    )
    went_well: dict[str, float] = {}
    for row in rows:
        if row.event in GOOD:
            went_well[row.event] = max(row.at, went_well.get(row.event, 0.0))
    return Evidence(tuple(troubles), went_well)
