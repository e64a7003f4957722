"""The rows of write-backs: wishes go in, one worker at a time takes a row, and says what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, case, func, select, update

from app.db.insert_new import insert_all_new, insert_new
from app.db.schema_jobs import write_backs

QUEUED, WRITTEN, REFUSED, CONFLICT, LEFT = "queued", "written", "refused", "conflict", "left"
PARKED = (REFUSED, CONFLICT)
CHANGED = "changed"  # why one waits while others change other fields of its record: soon over, and nobody's news
GIVEN, UNDONE = "given", "undone"
_KEY = ("connection", "record_type", "record_id", "capability")


@dataclass(frozen=True, slots=True)
class Place:
    """Which record, and of which capability."""

    connection: str
    capability: str
    record_type: str
    record_id: str

    @property
    def record(self) -> str:
        """As a record is written: type/id."""
        return f"{self.record_type}/{self.record_id}"

    @property
    def context(self) -> str:
        """What the seal of its row is bound to."""
        return f"write-back:{self.connection}:{self.capability}:{self.record}"


@dataclass(frozen=True, slots=True)
class Row:
    """One write-back, as the table has it."""

    connection: str
    record_type: str
    record_id: str
    capability: str
    version: int
    state: str
    cause: str
    decision: str
    viewer: str
    score: float | None
    band: str
    as_of: float | None
    review: str
    verdict: str
    override: float | None
    reason: str
    wished_at: float
    kept: bytes | None
    why: str
    tries: int
    forced: int
    at: float
    held_by: str
    held_until: float

    @property
    def place(self) -> Place:
        """Which record it is, for which capability."""
        return Place(self.connection, self.capability, self.record_type, self.record_id)

    @property
    def is_told(self) -> bool:
        """Whether viewers read of it while it waits: somebody's review is to be written, or was."""
        return self.cause == "review" or bool(self.review)

    @property
    def waits_for(self) -> str:
        """Why it waits, as viewers are told; empty: it is on its way."""
        return "" if self.why == CHANGED else self.why


_COLUMNS = [write_backs.c[each.name] for each in fields(Row)]
_NEW: Mapping[str, Any] = {
    "version": 0, "state": LEFT, "cause": "", "decision": "", "viewer": "", "score": None, "band": "", "as_of": None,
    "review": "", "verdict": "", "override": None, "reason": "", "wished_at": 0.0, "kept": None, "why": "", "tries": 0,
    "forced": 0, "at": 0.0, "held_by": "", "held_until": 0.0,
}  # fmt: skip


def wish(conn: Connection, place: Place, now: float, **values: Any) -> int:
    """The record is to hold something else from now on; the wish's version. What is not named stays as it was."""
    insert_new(conn, write_backs, {**_NEW, **_named(place)}, _KEY)
    c = write_backs.c
    new = {"version": c.version + 1, "state": QUEUED, "why": "", "tries": 0, "wished_at": now, "at": now, **values}
    return int(conn.execute(update(write_backs).where(*_is(place)).values(new).returning(c.version)).scalar_one())


def wish_all(conn: Connection, wishes: Sequence[tuple[Place, Mapping[str, Any]]], now: float, **values: Any) -> None:
    """The same for many records, of whose columns each says the same: two statements in all."""
    insert_all_new(conn, write_backs, [{**_NEW, **_named(place)} for place, _ in wishes], _KEY)
    c = write_backs.c
    mine = [c[name] == bindparam(f"of_{name}") for name in _KEY]
    own: dict[str, Any] = {name: bindparam(f"new_{name}") for name in wishes[0][1]}
    new = {"version": c.version + 1, "state": QUEUED, "why": "", "tries": 0, "wished_at": now, "at": now}
    rows = [
        {f"of_{name}": value for name, value in _named(place).items()} | {f"new_{name}": said[name] for name in own}
        for place, said in wishes
    ]
    conn.execute(update(write_backs).where(*mine).values(new | values | own), rows)


def find(conn: Connection, place: Place) -> Row | None:
    """How it stands; None where nothing was ever to be written there."""
    found = conn.execute(select(*_COLUMNS).where(*_is(place))).first()
    return None if found is None else Row(**found._asdict())


def of_records(conn: Connection, connection: str, capability: str, kind: str, ids: Iterable[str]) -> list[Row]:
    """Those of these records of one type."""
    c = write_backs.c
    mine = (c.connection == connection, c.capability == capability, c.record_type == kind, c.record_id.in_(list(ids)))
    return [Row(**row._asdict()) for row in conn.execute(select(*_COLUMNS).where(*mine))]


def take(conn: Connection, place: Place, owner: str, now: float, until: float) -> bool:
    """Whether it is ours until then: nobody else is writing it, or whoever did so has not been heard of since.

    What is ours already is ours for longer.
    """
    c = write_backs.c
    free = (c.held_until <= now) | (c.held_by == owner)
    taken = update(write_backs).where(*_is(place), free).values(held_by=owner, held_until=until)
    return conn.execute(taken).rowcount == 1


def note(conn: Connection, row: Row, owner: str, **values: Any) -> bool:
    """Keep something of a row that is ours; False where it is ours no more, or was erased."""
    mine = write_backs.c.held_by == owner
    return conn.execute(update(write_backs).where(*_is(row.place), mine).values(values)).rowcount == 1


def spared(conn: Connection, row: Row, why: str, now: float) -> bool:
    """Keep why its turn has not come, unless it is known; False where that was so, or somebody is at it just now."""
    c = write_backs.c
    unsaid = (c.version == row.version, c.state == QUEUED, c.why.in_(("", CHANGED)), c.held_until <= now)
    return conn.execute(update(write_backs).where(*_is(row.place), *unsaid).values(why=why)).rowcount == 1


def settle(conn: Connection, row: Row, owner: str, state: str, why: str, now: float, kept: bytes | None) -> bool:
    """What came of it, and give it back; False where it was not ours, or was erased. A newer wish stays queued."""
    c = write_backs.c
    same = c.version == row.version
    values = {
        "state": case((same, state), else_=c.state),
        "why": case((same, why), else_=c.why),
        "at": case((same, now), else_=c.at),
        "forced": case((same, 0), else_=c.forced),
        "review": case((same & (c.review == UNDONE) & (state == WRITTEN), ""), else_=c.review),
        "kept": kept,
        "held_by": "",
        "held_until": 0.0,
    }
    return conn.execute(update(write_backs).where(*_is(row.place), c.held_by == owner).values(values)).rowcount == 1


def mark(conn: Connection, place: Place, state: str, now: float) -> None:
    """It is in another state by somebody's word, with nothing left to say about it."""
    conn.execute(update(write_backs).where(*_is(place)).values(state=state, why="", at=now))


def listed(conn: Connection, connection: str, states: Iterable[str], most: int) -> list[Row]:
    """Those of a connection in one of these states, the newest first."""
    c = write_backs.c
    mine = (c.connection == connection, c.state.in_(list(states)))
    return [
        Row(**row._asdict()) for row in conn.execute(select(*_COLUMNS).where(*mine).order_by(c.at.desc()).limit(most))
    ]


def counts(conn: Connection) -> dict[tuple[str, str], int]:
    """How many of each connection are in each state."""
    c = write_backs.c
    rows = conn.execute(select(c.connection, c.state, func.count()).group_by(c.connection, c.state))
    return {(connection, state): int(n) for connection, state, n in rows}


def _named(place: Place) -> dict[str, str]:
    return {name: getattr(place, name) for name in _KEY}


def _is(place: Place) -> list[ColumnElement[bool]]:
    return [write_backs.c[name] == getattr(place, name) for name in _KEY]
