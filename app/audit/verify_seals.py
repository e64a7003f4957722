"""Whether seals are ours, stand in their chains without a gap, and are those that were anchored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from app.audit.anchors import Place, place
from app.audit.seal import Seal, SealUnreadable, Signer, Tombstone, hashed, is_signed
from app.audit.trust import believed
from app.db import Database
from app.db.schema_seals import audit_sealer, audit_tombstones

Chain = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was sealed: `changed`, `removed`, `inserted`, `reordered`; of a seal `seal-...`."""

    kind: str
    connection: str
    family: str
    seal: int | None
    row: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A seal as it was read. `listing` is None where it is not the one that was sealed, or was purged."""

    seal: Seal
    listing: bytes | None
    purged: bool


class SealCheck:
    """Looks at seals in the order in which they were made, and at the tombstones of all."""

    def __init__(
        self,
        database: Database,
        signer: Signer,
        anchors: Mapping[Place, str] | None,
        tell: Callable[[Finding], None],
    ) -> None:
        self._signer, self._tell = signer, tell
        self._anchors = None if anchors is None else dict(anchors)
        self._ends: dict[Chain, tuple[int, str]] = {}  # each chain's last seal: its number, its body's hash
        with database.read() as conn:
            self._keys = believed(conn, signer)
            state = conn.execute(select(audit_sealer)).first()
            self._anchored: int = state.anchored if state is not None else 0
            self._through: int = state.through if state is not None else 0
            self._tombstones = [each for each in map(self._tombstone, conn.execute(select(audit_tombstones))) if each]

    def look(self, row: Row[Any]) -> Checked | None:
        """None for what is no seal of ours at all."""
        chain: Chain = (row.connection, row.family)
        seal = self._read(row)
        if seal is None:
            self._ends[chain] = (row.number, hashed(row.body))
            return None
        number, before = self._ends.get(chain, (0, ""))
        if seal.number != number + 1:
            what = f"seal {number + 1} is gone; the next that is there is {seal.number}"
            self._say("seal-removed", chain, number + 1, what)
        elif seal.previous != before:
            self._say("seal-changed", chain, number, f"seal {number} is not the one that seal {seal.number} follows")
        self._ends[chain] = (seal.number, hashed(row.body))
        self._compare(seal)
        stones = [each for each in self._tombstones if (each.connection, each.family) == seal.chain]
        purged = any(each.number <= seal.number <= each.last for each in stones)
        return Checked(seal, None if purged else self._listing(seal, row.listing), purged)

    def end(self, connection: str | None, through: int) -> None:
        """What is anchored and was not met is gone. `through` is where the last seal ends."""
        if self._through > through:
            what = (
                f"the sealer stands at row {self._through} and the last seal ends at row {through}: seals are gone, "
                "or it was moved so that what comes is never sealed"
            )
            self._tell(Finding("sealer-moved", "", "", None, None, what))
        for kind, *chain, number in sorted(self._anchors or ()):
            if connection in (None, chain[0]):
                what = f"{kind} {number} was anchored and is gone"
                self._tell(Finding(f"{kind}-removed", str(chain[0]), str(chain[1]), int(number), None, what))

    def counted(self, connection: str | None) -> tuple[int, int]:
        """How many chains, and how many rows were purged."""
        chains = sum(connection in (None, each) for each, _ in self._ends)
        return chains, sum(each.rows for each in self._tombstones if connection in (None, each.connection))

    def _read(self, row: Row[Any]) -> Seal | None:
        chain = (row.connection, row.family)
        try:
            seal = Seal.read(row.body)
        except SealUnreadable:
            self._say("seal-changed", chain, row.number, f"seal {row.number} cannot be read")
            return None
        if not is_signed(self._signer, self._keys.get(row.kid), row.body, row.signature):
            why = "is not signed by us" if row.kid in self._keys else f"is signed by {row.kid}, which is no key of ours"
            self._say("seal-forged", chain, row.number, f"seal {row.number} {why}")
            return None
        if (*seal.chain, seal.number, seal.through) != (*chain, row.number, row.through):
            self._say("seal-changed", chain, row.number, f"seal {row.number} stands where another was")
            return None
        return seal

    def _listing(self, seal: Seal, listing: bytes | None) -> bytes | None:
        if listing is not None and hashlib.sha256(listing).hexdigest() == seal.listing:
            return listing
        what = f"the list of rows of seal {seal.number} is {'gone' if listing is None else 'changed'}"
        self._say("seal-changed", seal.chain, seal.number, what)
        return None

    def _compare(self, of: Seal | Tombstone) -> None:
        """With the anchors, from which it is taken, so that what stays there in the end is gone here."""
        if self._anchors is None:
            return
        anchor, kind = self._anchors.pop(place(of), None), place(of)[0]
        chain = (of.connection, of.family)
        if anchor is None and (isinstance(of, Tombstone) or of.through <= self._anchored):
            self._say(f"{kind}-unanchored", chain, of.number, f"{kind} {of.number} is in no file of anchors")
        elif anchor is not None and anchor != hashed(of.body()):
            what = f"{kind} {of.number} is not the one that was anchored: the chain was made again"
            self._say(f"{kind}-changed", chain, of.number, what)

    def _tombstone(self, row: Row[Any]) -> Tombstone | None:
        chain = (row.connection, row.family)
        try:
            tombstone = Tombstone.read(row.body)
        except SealUnreadable:
            tombstone = None
        signed = is_signed(self._signer, self._keys.get(row.kid), row.body, row.signature)
        if tombstone is None or not signed:
            self._say("tombstone-forged", chain, row.number, f"the tombstone at seal {row.number} is not signed by us")
            return None
        self._compare(tombstone)
        return tombstone

    def _say(self, kind: str, chain: Chain, number: int, what: str) -> None:
        self._tell(Finding(kind, *chain, number, None, what))
