"""Rotation: what an older key sealed or wrapped is sealed and wrapped by the newest, while servers go on.

They open by any key of their list, so the new one must be known to all of them first. Whoever is killed runs it again:
what is done is known by the name of its key. What changes meanwhile is not overwritten.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select, tuple_, update

from app.db import Database
from app.db.schema import identities, sessions, sign_ins
from app.db.schema_documents import analyses, earlier_reviews, reviews
from app.db.schema_jobs import jobs
from app.keys.keyring import Keyring, SealBroken
from app.keys.store import KeyStore
from app.keys.subjects import wrapping_context
from app.keys.wrapping import Wrapper

BATCH = 200
_KID_BYTES = 8


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column that the deployment's keys seal, and the context of each row's value."""

    table: Table
    column: str
    context: Callable[[Any], str]

    @property
    def keys(self) -> list[ColumnElement[Any]]:
        """The columns that name a row."""
        return list(self.table.primary_key.columns)

    @property
    def name(self) -> str:
        """As people read it: table and column."""
        return f"{self.table.name}.{self.column}"


def _review(row: Any) -> str:
    record = f"{row.record_type}/{row.record_id}"
    return f"review:{row.connection}:{row.capability}:{record}:{row.item}:{row.viewer}"


SEALED = (
    Sealed(sessions, "host_token", lambda row: f"host-token:{row.id}"),
    Sealed(sessions, "features", lambda row: f"features:{row.id}"),
    Sealed(sessions, "names", lambda row: f"names:{row.id}"),
    Sealed(identities, "tokens", lambda row: f"identity:{row.connection}:{row.viewer}"),
    Sealed(sign_ins, "secrets", lambda row: f"sign-in:{row.id}"),
    Sealed(sign_ins, "result", lambda row: f"signed-in:{row.id}"),
    Sealed(analyses, "body", lambda row: f"analysis:{row.id}"),
    Sealed(reviews, "said", _review),
    Sealed(earlier_reviews, "said", _review),
)
# by subjects' keys, which are wrapped anew instead
BY_SUBJECT = frozenset(
    ["scores.snapshot", "scores.reasons", "import_rows.snapshot", "import_rows.reasons", "write_backs.kept"]
)
REVOKE = "revoke"  # the kind of job whose payload holds sealed tokens


@dataclass(slots=True)
class Tally:
    """What was done. `broken` could not be opened: by a key that is gone, or changed by somebody."""

    subjects: int = 0
    values: int = 0
    broken: int = 0


def rotate(
    database: Database, store: KeyStore, keyring: Keyring, wrapper: Wrapper, told: Callable[[int], object]
) -> Tally:
    """All that is not by the newest key yet; `told` hears of each batch how many it was. Raises StoreUnavailable."""
    tally = Tally()
    for done in _rewrapped(store, wrapper, tally):
        told(done)
    for each in SEALED:
        for done in _resealed(database, keyring, each, tally):
            told(done)
    told(_jobs(database, keyring, tally))
    return tally


def counts(database: Database, kids: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many values each key has sealed, by column; the name "" is of keys that are not in the list."""
    found: dict[str, dict[str, int]] = {}
    with database.read() as conn:
        for each in SEALED:
            column = each.table.c[each.column]
            kid = func.substr(column, 1, _KID_BYTES)
            for name, n in conn.execute(select(kid, func.count()).where(column.is_not(None)).group_by(kid)):
                text = bytes(name).hex()
                by_key = found.setdefault(text if text in kids else "", {})
                by_key[each.name] = by_key.get(each.name, 0) + n
    return found


def waiting(database: Database, store: KeyStore, keyring: Keyring, wrapper: Wrapper) -> int:
    """How many there are to do."""
    newest, by_key = keyring.kids[0], counts(database, keyring.kids)
    values = sum(n for kid, each in by_key.items() if kid != newest for n in each.values())
    return values + sum(n for name, n in store.counts()[0].items() if name != wrapper.newest)


def _rewrapped(store: KeyStore, wrapper: Wrapper, tally: Tally) -> Iterator[int]:
    after = ""
    while rows := store.wrapped_otherwise(wrapper.newest, after, BATCH):
        after = rows[-1].id
        new = {}
        for row in rows:
            try:
                key = wrapper.unwrap(row.wrapped, wrapping_context(row.id))
            except SealBroken:
                tally.broken += 1
                continue
            new[row.id] = wrapper.wrap(key, wrapping_context(row.id))
        with store.database.begin() as conn:
            done = [store.rewrap(row, new[row.id], wrapper.newest, conn) for row in rows if row.id in new]
        tally.subjects += sum(done)
        yield len(rows)


def _resealed(database: Database, keyring: Keyring, sealed: Sealed, tally: Tally) -> Iterator[int]:
    column, newest = sealed.table.c[sealed.column], bytes.fromhex(keyring.kids[0])
    old = (column.is_not(None), func.substr(column, 1, _KID_BYTES) != newest)
    named = [*sealed.keys, *(sealed.table.c[name] for name in ("viewer",) if name in sealed.table.c), column]
    after: list[ColumnElement[bool]] = []
    while True:
        with database.read() as conn:
            query = select(*dict.fromkeys(named)).where(*old, *after).order_by(*sealed.keys).limit(BATCH)
            rows = conn.execute(query).all()
        if not rows:
            return
        after = [tuple_(*sealed.keys) > tuple_(*(getattr(rows[-1], each.name) for each in sealed.keys))]
        with database.begin() as conn:
            for row in rows:
                _reseal(conn, keyring, sealed, row, tally)
        yield len(rows)


def _reseal(conn: Connection, keyring: Keyring, sealed: Sealed, row: Any, tally: Tally) -> None:
    before, context = bytes(getattr(row, sealed.column)), sealed.context(row)
    new = _anew(keyring, before, context, tally)
    if new is not None:
        same = [each == getattr(row, each.name) for each in sealed.keys]
        unchanged = sealed.table.c[sealed.column] == before
        changed = conn.execute(update(sealed.table).where(*same, unchanged).values({sealed.column: new}))
        tally.values += changed.rowcount


def _anew(keyring: Keyring, sealed: bytes, context: str, tally: Tally) -> bytes | None:
    try:
        return keyring.seal(keyring.open(sealed, context), context)
    except SealBroken:
        tally.broken += 1
        return None


def _jobs(database: Database, keyring: Keyring, tally: Tally) -> int:
    """Tokens on their way to be forgotten by their host."""
    newest, found = bytes.fromhex(keyring.kids[0]), 0
    with database.begin() as conn:
        for row in conn.execute(select(jobs.c.id, jobs.c.payload).where(jobs.c.kind == REVOKE)).all():
            payload: Mapping[str, Any] = json.loads(row.payload)
            before = base64.b64decode(payload["tokens"])
            if before.startswith(newest):
                continue
            found += 1
            new = _anew(keyring, before, f"identity:{payload['connection']}:{payload['viewer']}", tally)
            if new is not None:
                text = json.dumps({**payload, "tokens": base64.b64encode(new).decode()})
                tally.values += conn.execute(update(jobs).where(jobs.c.id == row.id).values(payload=text)).rowcount
    return found
