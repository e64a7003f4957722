"""Verifying the audit: whether each row stands as it was sealed, and each seal in its chain.

Reads the seals in the order in which they were made, and with each batch the rows that it covers: in bounded memory,
whatever the size of the log. Seals and tombstones are looked at in `verify_seals.py`; here are the rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, func, select

from app.audit.anchors import Place
from app.audit.seal import COLUMNS, Seal, SealUnreadable, Signer, entries, is_leaf, leaf_of
from app.audit.verify_seals import Chain, Checked, Finding, SealCheck
from app.db import Database
from app.db.schema import audit
from app.db.schema_seals import audit_seals
from app.errors import StoreUnavailable

MOST_FINDINGS = 100  # that are told; all are counted
_MOST_MOVED = 200  # rows of a batch of which it is asked whether they have changed places
_SEALS = 500  # read at once
_LEAST = -(2**63)  # a number below all: also what was put in under the first is met
Told = Callable[[int], object]


@dataclass(slots=True)
class Report:
    """What was found. `ok` is that nothing is wrong with what was sealed."""

    rows: int = 0  # that were compared with their seals
    seals: int = 0
    chains: int = 0
    purged: int = 0  # rows that tombstones stand for
    unsealed: int = 0  # newer than all seals: they may have been changed, and nobody would see it
    through: int = 0
    wrong: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.wrong == 0

    @property
    def first(self) -> Finding | None:
        """The first row that is not as it was sealed; where all rows are, what is wrong with a seal."""
        rows = [each for each in self.findings if each.row is not None]
        return min(rows, key=lambda each: each.row or 0) if rows else next(iter(self.findings), None)

    def add(self, finding: Finding) -> None:
        """Count a fault; the first ones are kept in words."""
        self.wrong += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)


def verify(
    database: Database,
    signer: Signer,
    anchors: Mapping[Place, str] | None = None,
    connection: str | None = None,
    told: Told = lambda _: None,
) -> Report:
    """Look at all of it, or at one connection's chains; `told` hears up to which row it is done.

    `anchors` are what the files of anchors say; None: they are not to be asked. Raises StoreUnavailable.
    """
    report, after = Report(), _LEAST
    check = SealCheck(database, signer, anchors, report.add)
    for through, checked, unread in _batches(database, check):
        mine = [each for each in checked if connection in (None, each.seal.connection)]
        _Batch(database, report, after, through, connection).compare(mine, unread)
        report.seals += len(mine)
        report.through = after = through
        told(through)
    check.end(connection, max(report.through, 0))
    report.chains, report.purged = check.counted(connection)
    with database.read() as conn:
        newer = select(func.count()).select_from(audit).where(audit.c.seq > after, *_of(connection))
        report.unsealed = conn.execute(newer).scalar_one()
    return report


def _batches(database: Database, check: SealCheck) -> Iterator[tuple[int, list[Checked], set[Chain]]]:
    """The seals that were made together, in their order; and the chains whose seal is none that can be believed."""
    c, after = audit_seals.c, -1
    while True:
        with database.read() as conn:
            some = select(c.through).where(c.through > after).order_by(c.through).distinct().limit(_SEALS)
            throughs = conn.execute(some).scalars().all()
        for through in throughs:
            with database.read() as conn:
                rows = conn.execute(select(audit_seals).where(c.through == through).order_by(*c)).all()
            looks = [(row, check.look(row)) for row in rows]
            unread = {(row.connection, row.family) for row, look in looks if look is None}
            yield through, [look for _, look in looks if look is not None], unread
        if not throughs:
            return
        after = throughs[-1]


@dataclass
class _Batch:
    """The rows with numbers above `after` and up to `through`, and what seals say of them."""

    database: Database
    report: Report
    after: int
    through: int
    connection: str | None

    def compare(self, checked: Sequence[Checked], unread: set[Chain]) -> None:
        expected: dict[int, tuple[Seal, bytes]] = {}
        sums = {each.seal.chain: hashlib.sha256() for each in checked}
        blind = {each.seal.chain for each in checked if each.listing is None and not each.purged} | unread
        for each in checked:
            expected |= _expected(each)
        odd: list[tuple[int, Sequence[Any] | None, tuple[Seal, bytes] | None]] = []
        for seq, values in self._rows():
            said = expected.pop(seq, None)
            chain = (values[_CONNECTION] or "", values[_FAMILY]) if values is not None else None
            whole = leaf_of(values, said[0] if said else None)
            if chain in sums:
                sums[chain].update(whole)
            if said is not None and said[0].chain == chain and is_leaf(whole, said[1]):
                self.report.rows += 1
            elif chain not in blind:
                odd.append((seq, values, said))
        gone = {seq: (seal, said) for seq, (seal, said) in expected.items()}
        if odd or gone:
            self._tell(odd, gone)
        for each in checked:
            as_signed = sums[each.seal.chain].hexdigest() == each.seal.leaves
            if each.seal.chain in blind and as_signed:
                self.report.rows += each.seal.count
            elif not as_signed and not each.purged and (each.seal.chain in blind or not (odd or gone)):
                what = "the rows under this seal are not those that were sealed; which, cannot be told"
                self.report.add(Finding("changed", *each.seal.chain, each.seal.number, None, what))

    def _tell(
        self,
        odd: Sequence[tuple[int, Sequence[Any] | None, tuple[Seal, bytes] | None]],
        gone: Mapping[int, tuple[Seal, bytes]],
    ) -> None:
        missed = {seq: said for seq, _, said in odd if said is not None} | dict(gone)
        for seq, values, said in odd:
            if values is None:
                seal = said[0] if said else None
                self._add("changed", seq, seal, "row {} is damaged: the database cannot read it")
                continue
            home = _home(values, seq, missed) if len(missed) <= _MOST_MOVED else None
            if home is not None:
                self._add("reordered", seq, missed[home][0], f"row {{}} holds what was sealed as row {home}")
            elif said is not None:
                self._add("changed", seq, said[0], "row {} is not as it was sealed")
            else:
                what = "row {} stands among sealed rows and was never sealed: it was inserted, or its seal was removed"
                self._add("inserted", seq, None, what, values)
        for seq, (seal, _) in gone.items():
            self._add("removed", seq, seal, "row {} was sealed and is gone")

    def _add(self, kind: str, seq: int, seal: Seal | None, what: str, values: Sequence[Any] | None = None) -> None:
        if seal is not None:
            connection, family = seal.chain
        else:
            connection, family = (values[_CONNECTION] or "", values[_FAMILY]) if values is not None else ("", "")
        number = seal.number if seal is not None else None
        self.report.add(Finding(kind, connection, family, number, seq, what.format(seq)))

    def _rows(self) -> Iterator[tuple[int, Sequence[Any] | None]]:
        """Each row's number and values; None for values that the database cannot read."""
        query = select(audit).where(audit.c.seq > self.after, audit.c.seq <= self.through, *_of(self.connection))
        try:
            with self.database.read() as conn:
                rows: Iterable[Row[Any]] = conn.execute(query.order_by(audit.c.seq)).all()
        except StoreUnavailable:  # a byte that is no text, or a page that is no page
            rows = []
            yield from self._one_by_one()
        for row in rows:
            yield row[0], row

    def _one_by_one(self) -> Iterator[tuple[int, Sequence[Any] | None]]:
        with self.database.read() as conn:
            between = (audit.c.seq > self.after, audit.c.seq <= self.through)
            numbers = conn.execute(select(audit.c.seq).where(*between).order_by(audit.c.seq)).scalars().all()
        for seq in numbers:
            values: Sequence[Any] | None = None
            try:
                with self.database.read() as conn:
                    values = conn.execute(select(audit).where(audit.c.seq == seq)).first()
            except StoreUnavailable:
                yield seq, None
                continue
            if values is not None and self.connection in (None, values[_CONNECTION] or ""):
                yield seq, values


_CONNECTION, _FAMILY = COLUMNS.index("connection"), COLUMNS.index("family")


def _expected(checked: Checked) -> dict[int, tuple[Seal, bytes]]:
    if checked.listing is None:
        return {}
    try:
        return {seq: (checked.seal, said) for seq, said in entries(checked.listing)}
    except SealUnreadable:  # what was signed is no listing: it cannot be, and would show as inserted rows
        return {}


def _home(values: Sequence[Any], seq: int, missed: Mapping[int, tuple[Seal, bytes]]) -> int | None:
    """The number under which these values were sealed, if it is another one of this batch."""
    for other, (seal, said) in missed.items():
        if other != seq and is_leaf(leaf_of([other, *values[1:]], seal), said):
            return other
    return None


def _of(connection: str | None) -> tuple[Any, ...]:
    return () if connection is None else (func.coalesce(audit.c.connection, "") == connection,)
