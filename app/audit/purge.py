"""Retention: whole sealed batches go when their time is over, and a signed tombstone stands in their place.

The seals stay, so the chain goes on; of the rows nothing stays. Rows that are not as they were sealed are not purged:
that would hide what was done to them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from app.audit.anchors import Anchors
from app.audit.log import AuditLog
from app.audit.seal import Seal, Signer, Tombstone, entries, is_signed, leaf_of, signature
from app.audit.trust import believed
from app.config import Retention, Settings
from app.db import Database
from app.db.insert_new import insert_new
from app.db.schema import audit
from app.db.schema_seals import audit_seals, audit_tombstones
from app.errors import InlayError

CHUNK_ROWS, CHUNK_SEALS = 2_000, 500  # of one transaction: others write in between
_PARAMETERS = 500  # of one statement
Rules = Mapping[tuple[str, str], Retention]


class PurgeRefused(InlayError):
    """Nothing more is purged of a chain."""

    code, title = "purge-refused", "This part of the audit cannot be purged."


@dataclass(frozen=True, slots=True)
class Due:
    """What may go of one chain: `rows` under its seals from `number` to `last`, none of them newer than `newest`."""

    connection: str
    family: str
    rule: str
    number: int
    last: int
    rows: int
    newest: float


def rules(settings: Settings) -> Rules:
    """How long each chain is kept, as configured now. What is not named, or is under a legal hold, is not here."""
    of = {name: each.retention for name, each in settings.connections.items() if not each.legal_hold}
    of[""] = settings.store.retention
    return {(name, family): each for name, retention in of.items() for family, each in retention.items()}


def due(database: Database, rules: Rules, now: float) -> list[Due]:
    """What may go now, by chain: the beginning of it, up to the first batch whose time is not over."""
    found = []
    for (connection, family), rule in sorted(rules.items()):
        one: Due | None = None
        for seal in _seals(database, connection, family):
            if seal.newest >= now - rule.seconds:
                break
            if one is None:
                one = Due(connection, family, rule.rule, seal.number, seal.number, 0, seal.newest)
            one = replace(one, last=seal.number, rows=one.rows + seal.count, newest=max(one.newest, seal.newest))
        if one is not None:
            found.append(one)
    return found


class Purge:
    """Takes away what is due. Every method raises StoreUnavailable, and AnchorsUnwritable."""

    def __init__(
        self, database: Database, signer: Signer, anchors: Anchors, log: AuditLog, clock: Callable[[], float]
    ) -> None:
        self._database, self._signer, self._anchors, self._log = database, signer, anchors, log
        self._clock = clock

    def run(self, one: Due, by: str) -> Iterator[int]:
        """Purge one chain's batches; says after each transaction how many rows it took. Raises PurgeRefused."""
        self._anchor()
        chunk: list[Seal] = []
        for seal in _seals(self._database, one.connection, one.family):
            if seal.number > one.last:
                break
            chunk.append(seal)
            if sum(each.count for each in chunk) >= CHUNK_ROWS or len(chunk) == CHUNK_SEALS:
                yield self._take(one, chunk, by)
                chunk = []
        if chunk:
            yield self._take(one, chunk, by)
        self._anchor()

    def _take(self, one: Due, seals: Sequence[Seal], by: str) -> int:
        numbers = [seq for seal in seals for seq in self._intact(seal)]
        tombstone = Tombstone(
            one.connection, one.family, seals[0].number, seals[-1].number,
            len(numbers), max(each.newest for each in seals), one.rule, by, self._clock(),
        )  # fmt: skip
        body = tombstone.body()
        row = {"connection": one.connection, "family": one.family, "number": tombstone.number, "last": tombstone.last}
        signed = {"body": body, "kid": self._signer.kid, "signature": signature(self._signer, body)}
        facts = {"admin": by, "family": one.family, "rows": len(numbers), "seals": len(seals), "rule": one.rule}
        with self._database.begin() as conn:
            if not insert_new(conn, audit_tombstones, row | signed, ("connection", "family", "number")):
                raise PurgeRefused("Somebody else purges the same rows. Look again later.", reason="purge-twice")
            _delete(conn, numbers)
            c = audit_seals.c
            mine = (c.connection == one.connection, c.family == one.family)
            covered = c.number.between(tombstone.number, tombstone.last)
            conn.execute(update(audit_seals).where(*mine, covered).values(listing=None))
            self._log.write("audit.purged", conn=conn, connection=one.connection or None, detail=facts)
        return len(numbers)

    def _intact(self, seal: Seal) -> list[int]:
        """The numbers of a seal's rows, which are all there, as they were sealed. Raises PurgeRefused.

        A tombstone is our signature: it is given on nobody's word but that of a seal which we signed ourselves.
        """
        c = audit_seals.c
        mine = (c.connection == seal.connection, c.family == seal.family, c.number == seal.number)
        with self._database.read() as conn:
            row, keys = conn.execute(select(audit_seals).where(*mine)).one(), believed(conn, self._signer)
            listing = row.listing or b""
            numbers = [seq for seq, _ in entries(listing)]
            rows = _rows(conn, numbers)
        leaves = [leaf_of(rows.get(seq), seal) for seq in numbers]
        as_signed = (
            row.body == seal.body()
            and is_signed(self._signer, keys.get(row.kid), row.body, row.signature)
            and hashlib.sha256(listing).hexdigest() == seal.listing
            and hashlib.sha256(b"".join(leaves)).hexdigest() == seal.leaves
        )
        if not as_signed:
            detail = "Rows that are due are not as they were sealed. Run: inlay audit verify"
            raise PurgeRefused(detail, reason="purge-not-as-sealed")
        return numbers

    def _anchor(self) -> None:
        c = audit_tombstones.c
        with self._database.read() as conn:
            bodies = conn.execute(select(c.body).where(~c.anchored)).scalars().all()
        self._anchors.append(map(Tombstone.read, bodies))
        if bodies:
            with self._database.begin() as conn:
                conn.execute(update(audit_tombstones).where(c.body.in_(bodies)).values(anchored=True))


def _seals(database: Database, connection: str, family: str) -> Iterator[Seal]:
    """A chain's seals from the first whose rows are still there."""
    t, c = audit_tombstones.c, audit_seals.c
    with database.read() as conn:
        purged = select(func.max(t.last)).where(t.connection == connection, t.family == family)
        after = conn.execute(purged).scalar_one() or 0
    while True:
        with database.read() as conn:
            query = select(c.body).where(c.connection == connection, c.family == family, c.number > after)
            seals = [Seal.read(each) for each in conn.execute(query.order_by(c.number).limit(500)).scalars()]
        yield from seals
        if not seals:
            return
        after = seals[-1].number


def _rows(conn: Connection, numbers: Sequence[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for at in range(0, len(numbers), _PARAMETERS):
        query = select(audit).where(audit.c.seq.in_(numbers[at : at + _PARAMETERS]))
        found |= {row.seq: row for row in conn.execute(query)}
    return found


def _delete(conn: Connection, numbers: Sequence[int]) -> None:
    for at in range(0, len(numbers), _PARAMETERS):
        conn.execute(delete(audit).where(audit.c.seq.in_(numbers[at : at + _PARAMETERS])))
