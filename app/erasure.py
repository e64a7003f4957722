"""The use case: a subject is erased. Its key is destroyed, its rows are blanked or deleted by each table's rule, every
process forgets it, and then it is tried whether anything can still be read.

The order is that of what matters most. Whoever is killed half-way runs it again: what is done already is done again,
and does no harm.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, select

from app.audit.log import AuditLog, new_reference
from app.core.stored import Key
from app.db import Database
from app.db.epochs import ERASED, announce
from app.db.erasing import ANNOUNCED_BEFORE, RULES, Subject
from app.db.insert_new import insert_new
from app.db.schema import scores
from app.db.schema_admin import erased_keys
from app.errors import Unavailable
from app.keys import SealBroken
from app.keys.subjects import SubjectKeys
from app.launch import Record

SAMPLE = 200  # sealed rows that are tried


class Shelf(Protocol):
    """What is shared by processes outside the database; `app.core.shared` is one."""

    def drop(self, keys: Iterable[Key]) -> bool:
        """Whether they are surely gone."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of a subject, or was: rows by table, and keys."""

    keys: int
    rows: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept of the subject."""
        return not self.keys and not any(self.rows.values())


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done. `proofs` name each thing that was tried, and whether it failed as it must."""

    reference: str
    found: Found
    proofs: Mapping[str, bool]

    @property
    def is_proved(self) -> bool:
        """Whether everything that was tried failed as it must."""
        return all(self.proofs.values())


class Erasure:
    """Erases. Every method raises StoreUnavailable; where Redis is configured and away, nothing is erased."""

    def __init__(
        self,
        database: Database,
        keys: SubjectKeys,
        audit: AuditLog,
        shelf: Shelf | None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`shelf` is None where there is no Redis."""
        self._database, self._keys, self._audit, self._shelf, self._clock = database, keys, audit, shelf, clock

    def find(self, subject: Subject) -> Found:
        """What there is, and nothing is changed."""
        with self._database.read() as conn:
            rows = {table: rule(conn, subject, self._clock(), False) for table, rule in RULES.items()}
        return Found(len(self._keys.held(subject.connections, subject.record)), rows)

    def erase(self, subject: Subject, by: str = "") -> Erased:
        """All of it; `by` is the admin's name, for the audit, which names no subject. Raises Unavailable where Redis is
        away: then nothing was erased."""
        sealed, shelved = self._sealed(subject), self._shelved(subject)
        if not self._dropped(shelved):  # once the rows are blank nobody knows these names any more
            raise Unavailable("Redis does not answer, so nothing was erased. Start it, or take it out of [store].",
                              reason="redis-away")  # fmt: skip
        self._note_keys(subject)
        gone = self._keys.destroy(subject.connections, subject.record)
        reference = new_reference()
        with self._database.begin() as conn:
            rows = {}
            for table, rule in RULES.items():
                if table == ANNOUNCED_BEFORE:
                    # whoever keeps something of it at this moment (a score, a batch, a review) holds the epoch, so that
                    # we wait and then find it; or waits for us, and then sees this
                    for each in subject.connections:
                        announce(conn, ERASED, each, subject.record, at=self._clock())
                rows[table] = rule(conn, subject, self._clock(), True)
            found = Found(len(gone), rows)
            self._write(conn, subject, found, reference, by)
        shared = self._dropped(shelved)  # whoever was about to put something there did so before it heard of this
        wiped = self._database.wipe([table for table, n in rows.items() if n])
        elsewhere = {"nothing is left in redis": shared, "nothing is left in the database's log": wiped}
        return Erased(reference, found, {**self._proofs(subject, sealed), **elsewhere})

    def _dropped(self, keys: Sequence[Key]) -> bool:
        return self._shelf is None or self._shelf.drop(keys)

    def _note_keys(self, subject: Subject) -> None:
        """First of all: a restored backup of the key store must not bring back what is destroyed in a moment."""
        ids = self._keys.held(subject.connections, subject.record)
        with self._database.begin() as conn:
            for each in ids:
                row = {"id": each, "connection": subject.source, "at": self._clock()}
                insert_new(conn, erased_keys, row, ("id",))

    def _write(self, conn: Connection, subject: Subject, found: Found, reference: str, by: str) -> None:
        places = sorted(table for table, n in found.rows.items() if n)
        self._audit.write(
            "subject.erased",
            conn=conn,
            connection=subject.source,
            reference=reference,
            detail={"keys": found.keys, "rows": sum(found.rows.values()), "places": places, "admin": by or None},
        )

    def _sealed(self, subject: Subject) -> list[tuple[bytes, str]]:
        """Some of what only the subject's key opens, as it lies in the database now, and in every backup of it."""
        c = scores.c
        mine = (c.connection.in_(subject.connections), c.record_type == subject.kind, c.record_id == subject.id)
        with self._database.read() as conn:
            rows = conn.execute(select(c.id, c.snapshot).where(*mine, c.snapshot.is_not(None)).limit(SAMPLE))
            return [(bytes(row.snapshot), f"snapshot:{row.id}") for row in rows]

    def _shelved(self, subject: Subject) -> list[Key]:
        """The names that the subject's scores have outside the database."""
        c = scores.c
        mine = (c.connection.in_(subject.connections), c.record_type == subject.kind, c.record_id == subject.id)
        record = Record(subject.kind, subject.id)
        with self._database.read() as conn:
            rows = conn.execute(select(c.connection, c.capability, c.arm, c.features_hash).where(*mine).distinct())
            return [
                Key(row.connection, row.capability, record, carried, row.arm)
                for row in rows
                for carried in {"", row.features_hash}
            ]

    def _proofs(self, subject: Subject, sealed: Sequence[tuple[bytes, str]]) -> dict[str, bool]:
        """Try to read: by the key, by what the database said before, and by the tables."""
        left = self.find(subject)
        return {
            "no key is left": not left.keys,
            "what was sealed cannot be opened": all(map(self._is_closed, sealed)),
            **{f"nothing is left in {table}": not n for table, n in left.rows.items()},
        }

    def _is_closed(self, sealed: tuple[bytes, str]) -> bool:
        try:
            self._keys.open(*sealed)
        except SealBroken:
            return True
        return False
