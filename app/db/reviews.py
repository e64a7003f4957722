"""The table of reviews: the verdict that holds for each item of a record's answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select

from app.db.insert_new import insert_new
from app.db.schema import scores
from app.db.schema_documents import earlier_reviews, readings, reviews

_UNIQUE = ("connection", "record_type", "record_id", "capability", "item")


class Verdict(StrEnum):
    """What a viewer says of an answer, or of one item of it."""

    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    OVERRIDDEN = "overridden"  # it stands, with another severity, or with another value


class Approval(StrEnum):
    """How a verdict stands that needs a second person's word."""

    NONE = ""  # it needs none
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Row:
    """A verdict. `said` is sealed: the names of its viewer and of who approved it, and the comment."""

    connection: str
    capability: str
    record_type: str
    record_id: str
    item: str
    decision: str
    verdict: str
    severity: str
    reason: str
    viewer: str
    said: bytes
    at: float
    version: int = 0  # the epoch of its last change: it grows, also over verdicts that were taken back
    via: str = ""  # the connection that its viewer looked through
    value: float | None = None  # the override of a score
    of_value: float | None = None  # the score that was spoken of, and the model that it is of
    of_model: str = ""
    approval: str = Approval.NONE
    approver: str | None = None  # who approved or declined it, and when
    answered_at: float | None = None

    @property
    def context(self) -> str:
        """What the seal is bound to: no row can take the place of another."""
        return (
            f"review:{self.connection}:{self.capability}:{self.record_type}/{self.record_id}:{self.item}:{self.viewer}"
        )


_COLUMNS = [reviews.c[each.name] for each in fields(Row)]
_HOLDS = reviews.c.approval.in_((Approval.NONE, Approval.APPROVED))  # nobody must agree, or somebody did


def put(conn: Connection, row: Row) -> None:
    """Give a verdict; the one before is over."""
    conn.execute(delete(reviews).where(*_of(reviews, row)))
    insert_new(conn, reviews, asdict(row), _UNIQUE)


def keep(conn: Connection, before: Row, until: float, now: float) -> None:
    """Another verdict takes its place: remember it as long as that one can be undone, and forget what is over."""
    conn.execute(delete(earlier_reviews).where(earlier_reviews.c.kept_until < now))
    conn.execute(insert(earlier_reviews).values(asdict(before) | {"kept_until": until}))


def take_back(conn: Connection, row: Row, now: float) -> Row | None:
    """Remove a verdict; the one that it took the place of, which is nobody's until it is put again."""
    conn.execute(delete(reviews).where(*_of(reviews, row)))
    c = earlier_reviews.c
    columns = [c[each.name] for each in fields(Row)]
    mine = (*_of(earlier_reviews, row), c.kept_until >= now)
    found = conn.execute(select(*columns).where(*mine).order_by(c.version.desc()).limit(1)).first()
    if found is None:
        return None
    conn.execute(delete(earlier_reviews).where(*_of(earlier_reviews, row), c.version == found.version))
    return Row(**found._asdict())


def holds(conn: Connection, connection: str, capability: str, kind: str, record_id: str) -> bool:
    """Whether there is still a reading to speak of. Until the end of the transaction it stays: who erases the record
    waits, and then finds what was said."""
    c = readings.c
    mine = (c.connection == connection, c.capability == capability, c.record_type == kind, c.record_id == record_id)
    return conn.execute(select(c.record_id).where(*mine).with_for_update()).first() is not None


def of_score(conn: Connection, decision: str) -> tuple[float, str] | None:
    """The value and the model of a score that was not erased. Announce first: who erases announces before it looks
    for reviews, so either we see that it is gone, or they find what is said."""
    c = scores.c
    mine = (c.id == decision, c.erased_at.is_(None))
    row = conn.execute(select(c.value, c.model_name, c.model_version).where(*mine)).first()
    return (float(row.value), f"{row.model_name} {row.model_version}") if row else None


def one(conn: Connection, connection: str, capability: str, kind: str, record_id: str, item: str) -> Row | None:
    """The verdict on an item."""
    mine = _is(reviews, connection, capability, kind, record_id, item)
    row = conn.execute(select(*_COLUMNS).where(*mine)).first()
    return Row(**row._asdict()) if row else None


def of_records(
    conn: Connection, connection: str, capability: str, kind: str, ids: Iterable[str], item: str | None = None
) -> list[Row]:
    """The verdicts on these records of one type: of all items, or of one."""
    c = reviews.c
    mine = [c.connection == connection, c.capability == capability, c.record_type == kind, c.record_id.in_(list(ids))]
    if item is not None:
        mine.append(c.item == item)
    return [Row(**row._asdict()) for row in conn.execute(select(*_COLUMNS).where(*mine))]


def overrides(conn: Connection, connection: str, capability: str, kind: str, ids: Iterable[str]) -> dict[str, float]:
    """What viewers set in the place of the scores of these records of one type, where that holds."""
    c = reviews.c
    mine = (c.connection == connection, c.capability == capability, c.record_type == kind, c.record_id.in_(list(ids)))
    rows = conn.execute(select(c.record_id, c.value).where(*mine, c.value.is_not(None), _HOLDS))
    return {row.record_id: float(row.value) for row in rows}


def waiting(conn: Connection, connection: str, item: str, most: int) -> list[tuple[str, str]]:
    """Records of which this item waits for a second person's word, the longest first."""
    c = reviews.c
    mine = (c.connection == connection, c.item == item, c.approval == Approval.WAITING)
    return [(kind, key) for kind, key in conn.execute(
        select(c.record_type, c.record_id).where(*mine).order_by(c.at).limit(most)
    )]  # fmt: skip


def counted(conn: Connection, connection: str, capability: str, kind: str, record_id: str) -> dict[str, int]:
    """How many items of a record have which verdict; one that waits for a second person has none yet."""
    c = reviews.c
    mine = (c.connection == connection, c.capability == capability, c.record_type == kind, c.record_id == record_id)
    rows = conn.execute(select(c.verdict, func.count()).where(*mine, _HOLDS).group_by(c.verdict))
    return {verdict: int(n) for verdict, n in rows}


def _of(table: Table, row: Row) -> list[ColumnElement[bool]]:
    return _is(table, row.connection, row.capability, row.record_type, row.record_id, row.item)


def _is(
    table: Table, connection: str, capability: str, kind: str, record_id: str, item: str
) -> list[ColumnElement[bool]]:
    c = table.c
    return [
        c.connection == connection,
        c.record_type == kind,
        c.record_id == record_id,
        c.capability == capability,
        c.item == item,
    ]
