"""Leases: one question however many processes have it. Who holds a key's lease asks; the others look for the answer.

    with database.begin() as conn:
        mine = take(conn, {"a": 7, "b": 0}, owner, now, now + 5)      # one statement for all
    ...
    with database.begin() as conn:                                    # the transaction that keeps the answers
        settle(conn, owner, kept=["a"], answers={"b": ('{"why": 1}', now + 60)}, epoch=9)

A holder that is killed holds its leases until they end; then somebody else may ask. A question that was asked in
vain leaves its answer in the lease's place, so that nobody asks it again for a while. All rows are locked in the
order of their keys, by whoever locks several: else two of them could wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import BigInteger, Connection, Executable, Text, bindparam, delete, literal_column, or_, select, update

from app.db.insert_new import insert_of
from app.db.lists import Columns, listed, parameters
from app.db.schema import leases

_COLUMNS: Columns = {"key": Text(), "since": BigInteger()}


@dataclass(frozen=True, slots=True)
class Lease:
    """Why a key need not be asked now: somebody asks, or asked in vain, and this is what came of it."""

    until: float
    answer: str | None
    epoch: int = 0  # as of which the answer holds


def prepare(dialect: str) -> None:
    """Put the statement of `take` together before anybody waits for it."""
    _take(dialect)


def take(conn: Connection, wanted: Mapping[str, int], owner: str, now: float, until: float) -> frozenset[str]:
    """The keys whose leases are ours now, of those that are wanted.

    With each key comes the epoch of what it is about: an answer from before it counts no more.
    """
    if not wanted:
        return frozenset()
    given = parameters(conn, _COLUMNS, list(wanted.items())) | {"owner": owner, "now": now, "until": until}
    return frozenset(row.key for row in conn.execute(_take(conn.dialect.name), given))


def held(conn: Connection, keys: Sequence[str], now: float) -> dict[str, Lease]:
    """The leases that others hold, and the answers that they left."""
    c = leases.c
    rows = conn.execute(select(c.key, c.until, c.answer, c.epoch).where(c.key.in_(keys), c.until > now))
    return {row.key: Lease(row.until, row.answer, row.epoch) for row in rows}


def settle(
    conn: Connection,
    owner: str,
    kept: Iterable[str] = (),
    answers: Mapping[str, tuple[str, float]] | None = None,
    epoch: int = 0,
) -> None:
    """Give our leases back: what was `kept` is found elsewhere, the other answers stay here, each until its time.

    A lease that ended, and that somebody else has now, is left to them.
    """
    answers, c = answers or {}, leases.c
    names = [*kept, *answers]
    if not names:
        return
    ours = select(c.key).where(c.key.in_(names), c.owner == owner).order_by(c.key).with_for_update()
    mine = set(conn.execute(ours).scalars())
    left = [
        {"name": name, "answer_": answer, "until_": until, "epoch_": epoch}
        for name, (answer, until) in answers.items()
        if name in mine
    ]
    if gone := mine - answers.keys():
        conn.execute(delete(leases).where(c.key.in_(gone)))
    if left:
        conn.execute(_ANSWER, left)


def prune(conn: Connection, before: float) -> None:
    """Forget what ended long ago: answers that nobody asked for again, and leases of killed processes."""
    conn.execute(delete(leases).where(leases.c.until < before))


@cache  # to put a statement together takes longer than to run it
def _take(dialect: str) -> Executable:
    table, asked = listed(dialect, _COLUMNS)
    rows = (
        select(asked["key"], bindparam("owner", type_=Text), bindparam("until"), asked["since"])
        .select_from(table)
        .where(literal_column("1") == literal_column("1"))  # SQLite takes ON CONFLICT for a join's ON without it
        .order_by(asked["key"])
    )
    insert = insert_of(dialect)(leases).from_select(["key", "owner", "until", "epoch"], rows)
    new, c = insert.excluded, leases.c
    over = or_(c.until <= bindparam("now"), (c.answer.is_not(None)) & (c.epoch < new.epoch))
    values = {"owner": new.owner, "until": new.until, "epoch": new.epoch, "answer": None}
    taken: Executable = insert.on_conflict_do_update(index_elements=["key"], set_=values, where=over).returning(c.key)
    return taken


_ANSWER = (
    update(leases)
    .where(leases.c.key == bindparam("name"))
    .values(answer=bindparam("answer_"), until=bindparam("until_"), epoch=bindparam("epoch_"))
)
