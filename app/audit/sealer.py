"""The sealer: reads what was written a moment ago, and seals it, chain by chain. The road knows nothing of it.

Rows are sealed in the order of their numbers, up to a mark below which no row can come any more. On SQLite writers
come one after another, so that is the newest row. On PostgreSQL a number is drawn before its transaction ends, and
transactions end in any order: the mark is the newest row of a moment, and it is used once every transaction is over
that was writing to the log at that moment. So a row that comes late lies above the mark; one below it was put there.

One sealer at a time: the job that calls it is one process's, and should two run at once, only one can move `through`.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, text, update

from app.audit.anchors import Anchors
from app.audit.seal import Seal, Signer, hashed, leaf, listed, signature
from app.audit.trust import vouch
from app.db import Database
from app.db.insert_new import insert_new
from app.db.jobs import Priority, enqueue
from app.db.schema import audit
from app.db.schema_seals import audit_sealer, audit_seals

SEAL = "seal"  # the kind of job
BATCH = 2_000  # rows: some 40 ms of reading and hashing
MOST_REST_S = 0.2  # after a batch
GO_S = 5.0  # how long a run goes on before others of its lane have their turn
PATIENCE_S, _PAUSE_S = 2.0, 0.05  # for those who are writing; a longer one is waited for until the next run
_ATTEMPTS = 1_000  # what comes back by itself must not die of a bad night
# An insert locks the table before it draws a number, until its transaction is over and all can see its rows:
# https://www.postgresql.org/docs/current/explicit-locking.html, ROW EXCLUSIVE
_WRITING = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'audit'::regclass "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND mode = 'RowExclusiveLock' AND granted"
)
_ONE = audit_sealer.c.id == 1


class Sealer:
    """Seals and anchors. Every method raises StoreUnavailable."""

    def __init__(
        self, database: Database, signer: Signer, anchors: Anchors, every_s: float, clock: Callable[[], float]
    ) -> None:
        self._database, self._signer, self._anchors = database, signer, anchors
        self._every_s, self._clock = every_s, clock

    def begin(self) -> None:
        """See to it that the next run is in the table."""
        self._come_back(self._every_s)

    def run(self) -> None:
        """Seal what there is, for a while, and come back. Raises AnchorsUnwritable."""
        self._come_back(self._every_s)
        ends = self._clock() + GO_S
        began = time.monotonic()
        while self.step() and self._clock() < ends:
            time.sleep(min(time.monotonic() - began, MOST_REST_S))  # half of the time is the road's
            began = time.monotonic()
        self.anchor()
        if self._clock() >= ends:
            self._come_back(0.0)

    def overdue_s(self) -> float:
        """For how many seconds the oldest row without a seal should have had one; 0 where all is in time."""
        with self._database.read() as conn:
            through = select(func.coalesce(func.max(audit_sealer.c.through), 0)).scalar_subquery()
            oldest = select(audit.c.at).where(audit.c.seq > through).order_by(audit.c.seq).limit(1)
            at = conn.execute(oldest).scalar_one_or_none()
        return 0.0 if at is None else max(0.0, self._clock() - at - self._every_s)

    def step(self) -> int:
        """Seal one batch; how many rows it had. 0: there is nothing to seal yet, or another sealer was first."""
        with self._database.read() as conn:
            state = conn.execute(select(audit_sealer).where(_ONE)).first()
        if state is None:
            with self._database.begin() as conn:
                zero = {"through": 0, "anchored": 0}
                insert_new(conn, audit_sealer, {"id": 1} | zero, ("id",))
            return self.step()
        upto = self._settled()
        if upto <= state.through:
            return 0
        with self._database.read() as conn:
            query = select(audit).where(audit.c.seq > state.through, audit.c.seq <= upto).order_by(audit.c.seq)
            rows = conn.execute(query.limit(BATCH)).all()
            through = rows[-1].seq if len(rows) == BATCH else upto
            seals = [self._sealed(conn, chain, each, through) for chain, each in _chains(rows).items()]
        return len(rows) if self._keep(state.through, through, seals) else 0

    def anchor(self) -> None:
        """Write into the file what is not there yet. Raises AnchorsUnwritable."""
        c = audit_seals.c
        with self._database.read() as conn:
            after = conn.execute(select(audit_sealer.c.anchored).where(_ONE)).scalar_one_or_none()
        while after is not None:
            with self._database.read() as conn:
                batch = select(c.through).where(c.through > after).group_by(c.through).order_by(c.through).limit(BATCH)
                upto = conn.execute(select(func.max(batch.subquery().c.through))).scalar_one()
                if upto is None:
                    return
                some = select(c.body).where(c.through > after, c.through <= upto).order_by(c.through)
                self._anchors.append(map(Seal.read, conn.execute(some).scalars()))
            with self._database.begin() as conn:
                behind = audit_sealer.c.anchored < upto
                conn.execute(update(audit_sealer).where(_ONE, behind).values(anchored=upto))
            after = upto

    def _settled(self) -> int:
        """Up to which number every row is there that will ever be there; 0 where somebody writes for too long."""
        with self._database.read() as conn:
            newest = int(conn.execute(select(func.max(audit.c.seq))).scalar_one() or 0)
        if self._database.is_sqlite:
            return newest
        writing, ends = self._writing(), time.monotonic() + PATIENCE_S
        while writing:
            if time.monotonic() > ends:
                return 0
            time.sleep(_PAUSE_S)
            writing &= self._writing()
        return newest

    def _writing(self) -> set[str]:
        """The transactions that have the log locked for writing."""
        with self._database.read() as conn:
            return set(conn.execute(_WRITING).scalars())

    def _sealed(self, conn: Connection, chain: tuple[str, str], rows: Sequence[Row[Any]], through: int) -> _Sealed:
        c = audit_seals.c
        mine = select(c.number, c.body).where(c.connection == chain[0], c.family == chain[1])
        last = conn.execute(mine.order_by(c.number.desc()).limit(1)).first()
        leaves = [(row.seq, leaf(row)) for row in rows]
        listing = listed(leaves)
        seal = Seal(
            *chain,
            number=last.number + 1 if last else 1,
            previous=hashed(last.body) if last else "",
            through=through,
            count=len(rows),
            newest=max(row.at for row in rows),
            leaves=hashlib.sha256(b"".join(each for _, each in leaves)).hexdigest(),
            listing=hashlib.sha256(listing).hexdigest(),
            sealed_at=self._clock(),
        )
        return seal, listing

    def _keep(self, before: int, through: int, seals: Sequence[_Sealed]) -> bool:
        """All of it or nothing; False where another sealer has sealed these rows."""
        with self._database.begin() as conn:
            moved = update(audit_sealer).where(_ONE, audit_sealer.c.through == before).values(through=through)
            if conn.execute(moved).rowcount != 1:
                return False
            if seals:
                vouch(conn, self._signer)
                conn.execute(insert(audit_seals), [self._row(*each) for each in seals])
        return True

    def _row(self, seal: Seal, listing: bytes) -> Mapping[str, Any]:
        body = seal.body()
        named = {name: getattr(seal, name) for name in ("connection", "family", "number", "through", "newest")}
        signed = {"body": body, "kid": self._signer.kid, "signature": signature(self._signer, body)}
        return named | signed | {"listing": listing}

    def _come_back(self, in_s: float) -> None:
        with self._database.begin() as conn:
            at = self._clock() + in_s
            enqueue(conn, SEAL, {}, priority=Priority.NORMAL, run_at=at, dedupe_key=SEAL, max_attempts=_ATTEMPTS)


_Sealed = tuple[Seal, bytes]


def _chains(rows: Sequence[Row[Any]]) -> Mapping[tuple[str, str], list[Row[Any]]]:
    found: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.connection or "", row.family].append(row)
    return found
