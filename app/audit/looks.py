"""When a viewer looked last at a record: in full, as a card shows it, and in passing, as a badge does.

The views in the log are the truth. A card whose decision its session had already seen in passing adds a row of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache
from sqlalchemy import Select, and_, bindparam, case, func, literal, not_, or_, select, union_all

from app.audit.log import AuditLog, Entry, ViewRow
from app.audit.redaction import clean_text
from app.db import Database
from app.db.epochs import announce
from app.db.schema import audit

ANNOUNCED = "look"  # the kind of change that says: a viewer opened a record, and marks on its badges are over
_SHOWN, _OPENED = "view.shown", "view.opened"
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Look:
    """A decision that a viewer saw, and when."""

    decision: str
    at: float


@dataclass(frozen=True, slots=True)
class Looks:
    """A viewer's last looks at a record."""

    opened: Look | None = None  # in full, in another session
    here: Look | None = None  # in full, in this session
    passing: Look | None = None  # in any way, in another session

    @property
    def of_card(self) -> Look | None:
        """What a card compares with: the last that was read, else the last that was seen."""
        return self.opened or self.passing

    @property
    def of_badge(self) -> Look | None:
        """What a badge compares with: once its card was opened there is nothing new to say."""
        return self.here or self.of_card


def _last() -> Select[Any]:
    c = audit.c
    full = or_(c.event == _OPENED, c.component.in_(bindparam("cards", expanding=True)))
    here = c.session == bindparam("in_session")
    asked = and_(
        c.connection == bindparam("in_connection"),
        c.viewer == bindparam("by"),
        c.record.in_(bindparam("of", expanding=True)),
        c.event.in_([_SHOWN, _OPENED]),
    )
    kinds = {"opened": and_(full, not_(here)), "here": and_(full, here), "passing": not_(here)}
    newest = [func.max(case((which, c.seq))).label(kind) for kind, which in kinds.items()]
    last = select(c.record, *newest).where(asked).group_by(c.record).cte("last")
    each = [
        select(last.c.record, literal(kind).label("kind"), c.decision, c.at).join(audit, c.seq == last.c[kind])
        for kind in kinds
    ]
    return select(union_all(*each).subquery())


_LAST = _last()  # made once: to put a statement together takes longer than to run it, and every launch waits for it


class LookLog:
    """Asks the log for looks, and notes those in full. For all threads."""

    def __init__(self, database: Database, audit_log: AuditLog, cards: Collection[str]) -> None:
        """`cards` are the components that show an answer in full."""
        self._database, self._audit, self._cards = database, audit_log, [*cards]
        self._noted: LRUCache[tuple[str, str], bool] = LRUCache(_REMEMBERED)
        self._lock = threading.Lock()

    def last(self, connection: str, viewer: str, records: Sequence[str], session: str) -> dict[str, Looks]:
        """The viewer's last looks at these records, in one question. Raises StoreUnavailable."""
        asked = {
            "in_connection": connection, "by": clean_text(viewer), "of": [*records], "in_session": session,
            "cards": self._cards,
        }  # fmt: skip
        found: dict[str, dict[str, Look]] = {}
        with self._database.read() as conn:
            for row in conn.execute(_LAST, asked):
                found.setdefault(row.record, {})[row.kind] = Look(row.decision, row.at)
        return {record: Looks(**looks) for record, looks in found.items()}

    def unopened(self, rows: Sequence[ViewRow]) -> list[ViewRow]:
        """Those of a card's views that this process has not noted yet. Costs no I/O."""
        with self._lock:
            return [row for row in rows if (row.session, row.decision) not in self._noted]

    def before_elsewhere(self, row: ViewRow) -> str | None:
        """What this viewer had seen of the record before another session of theirs was shown this decision; None where
        there is no such session, or nothing was seen before. Raises StoreUnavailable."""
        c = audit.c
        theirs = (
            c.connection == row.connection, c.viewer == clean_text(row.viewer), c.record == row.record,
            c.event.in_([_SHOWN, _OPENED]),
        )  # fmt: skip
        there = select(func.min(c.seq)).where(*theirs, c.decision == row.decision, c.session != row.session)
        before = select(c.decision).where(*theirs, c.seq < there.scalar_subquery(), c.decision != row.decision)
        with self._database.read() as conn:
            found: str | None = conn.execute(before.order_by(c.seq.desc()).limit(1)).scalar()
        return found

    def open(self, row: ViewRow, *, marked: bool) -> None:
        """A viewer reads a decision in full. `marked`: badges may show it as news, and must stop; every process hears.

        Raises StoreUnavailable.
        """
        c = audit.c
        mine = (c.decision == row.decision, c.session == row.session)
        full = or_(c.event == _OPENED, and_(c.event == _SHOWN, c.component.in_(self._cards)))
        with self._database.read() as conn:
            known = conn.execute(select(c.seq).where(*mine, full).limit(1)).first() is not None
        if marked or not known:
            with self._database.begin() as conn:
                if not known:
                    fields = {name: getattr(row, name) for name in ViewRow.__slots__}
                    self._audit.write_all([Entry(_OPENED, fields)], conn=conn)
                if marked:
                    announce(conn, ANNOUNCED, row.connection, row.record)
        with self._lock:
            self._noted[row.session, row.decision] = True
