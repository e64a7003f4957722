"""Scores that were imported, told to others and put into the host's records: after the import, since there may be a
hundred thousand of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import Row, not_, select

from app.core.newest import IS_CARRIED, NEWEST, PARTS
from app.core.stored import OUTDATED
from app.db import Database, outbox
from app.db.lists import parameters
from app.db.schema import scores
from app.events.publishing import Announcements
from app.launch import Record
from app.review.write_back import WriteBacks
from app.review.write_back.scored import Scored

_PAGE = 200
_c = scores.c


class ImportedScores:
    """What a job of the kind `announce` does. A second time it writes nothing: an event is there once, and nothing is
    wished for a record that is to hold a score already."""

    def __init__(self, database: Database, announcements: Announcements, write_backs: WriteBacks) -> None:
        self._database, self._announcements, self._write_backs = database, announcements, write_backs

    def announce(self, connection: str, capability: str, source: str, since: float) -> None:
        """Tell those of `source` that differ from the score before, and have those written that moved enough, unless
        there is a newer one already.

        `since`: when the import began, seconds since the epoch. Raises StoreUnavailable.
        """
        publishes = self._announcements.publishes(connection, capability)
        writes = self._write_backs.takes_scores(connection, capability)
        if not publishes and not writes:
            return
        after = f"{int(since * 1000):012x}"  # decisions sort by the time at which they were made
        while page := self._page(connection, capability, source, after):
            after = page[-1].id
            with self._database.begin() as conn:
                newest = _newest(conn, page)
                rows = [row for row in page if row.id in newest]
                if publishes:
                    news = [self._announcements.imported(row) for row in rows if _differs(conn, row)]
                    outbox.put(conn, news)
                if writes:
                    self._write_backs.imported(conn, connection, capability, _fresh(rows))

    def _page(self, connection: str, capability: str, source: str, after: str) -> Sequence[Row[Any]]:
        of = (_c.id > after, _c.connection == connection, _c.capability == capability, _c.core == source)
        query = select(scores).where(*of, _c.erased_at.is_(None)).order_by(_c.id).limit(_PAGE)
        with self._database.read() as conn:
            return conn.execute(query).all()


def _fresh(rows: Sequence[Row[Any]]) -> list[Scored]:
    """But those of records that changed since: another score follows."""
    return [
        Scored(Record(row.record_type, row.record_id), row.id, row.value, row.computed_at)
        for row in rows
        if row.valid_until != OUTDATED
    ]


def _newest(conn: DatabaseConnection, page: Sequence[Row[Any]]) -> frozenset[str]:
    rows = [(row.connection, row.capability, row.record_type, row.record_id, "", row.arm, "") for row in page]
    return frozenset(row.id for row in conn.execute(NEWEST[conn.dialect.name, False], parameters(conn, PARTS, rows)))


def _differs(conn: DatabaseConnection, row: Row[Any]) -> bool:
    before = (
        select(_c.value, _c.model_name, _c.model_version)
        .where(
            _c.connection == row.connection, _c.record_type == row.record_type, _c.record_id == row.record_id,
            _c.capability == row.capability, _c.arm == row.arm, _c.created_at < row.created_at, not_(IS_CARRIED),
        )
        .order_by(_c.created_at.desc(), _c.id.desc())
        .limit(1)
    )  # fmt: skip
    found = conn.execute(before).first()
    return found is None or tuple(found) != (row.value, row.model_name, row.model_version)
