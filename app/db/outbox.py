"""The outbox: what is to be published, in its order. One process at a time publishes to a broker, by a lease."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, or_, select, update

from app.db import leases as others
from app.db.database import Database
from app.db.insert_new import insert_all_new
from app.db.schema import leases
from app.db.schema_outbox import outbox

KEPT_S = 86_400.0  # after it was published, for whoever looks what was
WAITS_AT_MOST_S = 30 * 86_400.0  # for a broker that nobody brings back

_c = outbox.c


@dataclass(frozen=True, slots=True)
class Entry:
    """One event to be. `body` is JSON."""

    event_id: str
    broker: str
    connection: str
    record_type: str
    record_id: str
    type: str
    key: str
    body: str
    made_at: float


@dataclass(frozen=True, slots=True)
class Kept(Entry):
    """One that lies there; `id` is its place in the order."""

    id: int = 0
    published_at: float | None = None


def put(conn: Connection, entries: Sequence[Entry]) -> None:
    """Within the transaction of their cause. One that is there already stays as it is."""
    if entries:
        insert_all_new(conn, outbox, [asdict(each) for each in entries], ("event_id",))


def waits(database: Database, broker: str) -> bool:
    """Whether anything waits to be published. Raises StoreUnavailable."""
    with database.read() as conn:
        return conn.execute(_waiting(broker).limit(1)).first() is not None


def following(database: Database, broker: str, most: int) -> list[Kept]:
    """What is to be published next."""
    with database.read() as conn:
        rows = conn.execute(_waiting(broker).order_by(_c.id).limit(most)).mappings()
        return [Kept(**row) for row in rows]


def published(conn: Connection, ids: Sequence[int], at: float) -> None:
    """The broker has confirmed these; `at` in seconds since the epoch."""
    conn.execute(update(outbox).where(_c.id.in_(ids)).values(published_at=at))


def lately(database: Database, since: float, connection: str, most: int) -> list[Kept]:
    """What was published from a moment on, in that order; of one connection, or of all."""
    of = [_c.connection == connection] if connection else []
    query = select(outbox).where(_c.published_at >= since, *of).order_by(_c.published_at, _c.id).limit(most)
    with database.read() as conn:
        return [Kept(**row) for row in conn.execute(query).mappings()]


def prune(conn: Connection, now: float) -> None:
    """Forget what was published long ago, and what nobody will ever take."""
    conn.execute(delete(outbox).where(or_(_c.published_at < now - KEPT_S, _c.made_at < now - WAITS_AT_MOST_S)))


def hold(conn: Connection, broker: str, owner: str, now: float, until: float) -> bool:
    """Be the one who publishes to this broker, or go on being it; False while another is."""
    mine = update(leases).where(leases.c.key == _key(broker), leases.c.owner == owner, leases.c.until > now)
    if conn.execute(mine.values(until=until)).rowcount:
        return True
    return bool(others.take(conn, {_key(broker): 0}, owner, now, until))


def let_go(conn: Connection, broker: str, owner: str) -> None:
    """Give back the right to publish to a broker."""
    others.settle(conn, owner, kept=[_key(broker)])


def _waiting(broker: str) -> Select[Any]:
    return select(outbox).where(_c.broker == broker, _c.published_at.is_(None))


def _key(broker: str) -> str:
    return f"#outbox|{broker}"  # no connection's: those begin with a letter
