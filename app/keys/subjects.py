"""A key for each subject: what is kept of a record is sealed by its own key, so that to destroy the key is to erase it.

A subject is a record of a connection. Keys lie wrapped in the key store and unwrapped in the memory of processes, which
forget them when a subject is erased, before they see the epoch of that.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cachetools import LRUCache
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import StoreUnavailable
from app.keys.keyring import SealBroken
from app.keys.store import KeyRow, KeyStore
from app.keys.wrapping import Wrapper

REMEMBERED = 20_000
_ID_BYTES, _NONCE_BYTES, _KEY_BYTES = 12, 12, 32


@dataclass(frozen=True, slots=True)
class Sealing:
    """Something to seal for a subject. `context` is where it will lie: it opens nowhere else."""

    connection: str
    record: str  # type/id
    plaintext: bytes
    context: str


class Sealer(Protocol):
    """What the tables ask of the keys of subjects."""

    def seal_all(self, items: Sequence[Sealing], *, remembered: bool = True) -> list[bytes]:
        """Each sealed by its subject's key, in their order; keys that are missing are made. `remembered`: whether the
        keys are kept in memory for the next time."""

    def open_all(self, items: Sequence[tuple[bytes, str]]) -> list[bytes | None]:
        """Each opened, in their order; None where its key was destroyed, or never was. Raises SealBroken."""


@dataclass(frozen=True, slots=True)
class _Key:
    """The raw key: a cipher that is made of it takes 2.5 KB, as long as it is kept, and two microseconds to make."""

    id: bytes
    subject: str
    raw: bytes = field(repr=False)


class SubjectKeys:
    """Seals and opens. For all threads. Every method but `forget` raises StoreUnavailable."""

    def __init__(self, store: KeyStore, wrapper: Wrapper, clock: Callable[[], float]) -> None:
        self._store, self._wrapper, self._clock = store, wrapper, clock
        self._by_subject: LRUCache[str, _Key] = LRUCache(REMEMBERED)
        self._by_id: LRUCache[bytes, _Key] = LRUCache(REMEMBERED)
        self._lock, self._forgotten = threading.Lock(), 0  # how often something was forgotten

    def seal_all(self, items: Sequence[Sealing], *, remembered: bool = True) -> list[bytes]:
        """Each sealed by its subject's key, in their order; a subject that has none gets one. One question to the key
        store for those that are not in memory, one write for those that are new. Not `remembered` are keys of records
        that nobody looks at now: a night's batch would drive out those that are looked at all day."""
        keys = self._keys({subject_of(each.connection, each.record): each.connection for each in items}, remembered)
        return [_sealed(keys[subject_of(each.connection, each.record)], each) for each in items]

    def open_all(self, items: Sequence[tuple[bytes, str]]) -> list[bytes | None]:
        """What was sealed in these contexts, in their order; None where the key is destroyed or lost. One question to
        the key store for those that are not in memory. Raises SealBroken where somebody changed what was sealed."""
        keys = self._by_ids({sealed[:_ID_BYTES] for sealed, _ in items})
        return [
            None if (key := keys.get(sealed[:_ID_BYTES])) is None else _opened(key, sealed, context)
            for sealed, context in items
        ]

    def open(self, sealed: bytes, context: str) -> bytes:
        """What was sealed. Raises SealBroken, whose reason is `subject-key-destroyed` once the subject was erased."""
        [found] = self.open_all([(sealed, context)])
        if found is None:
            destroyed = self._store.is_destroyed(sealed[:_ID_BYTES].hex())
            raise SealBroken(reason="subject-key-destroyed" if destroyed else "subject-key-unknown")
        return found

    def destroy(self, connections: Iterable[str], record: str) -> list[str]:
        """End what is sealed of this record in these connections, everywhere and in every backup; the keys' ids."""
        subjects = [subject_of(each, record) for each in connections]
        gone = self._store.destroy(subjects, (), self._clock())
        self._drop(subjects)
        return gone

    def destroy_ids(self, ids: Iterable[str]) -> list[str]:
        """Keys that were destroyed once, and are here again because the key store was restored."""
        gone = self._store.destroy((), list(ids), self._clock())
        self.forget("", "")
        return gone

    def destroy_all(self, connection: str) -> list[str]:
        """A connection leaves: end what is sealed of all of its records."""
        return self.destroy_ids(self._store.of_connection(connection))

    def held(self, connections: Iterable[str], record: str) -> list[str]:
        """The ids of the keys of this record in these connections."""
        return [each.id for each in self._store.of_subjects([subject_of(one, record) for one in connections]).values()]

    def forget(self, connection: str, record: str) -> None:
        """It was erased in another process; without a name, nobody knows which."""
        if record:
            self._drop([subject_of(connection, record)])
            return
        with self._lock:
            self._forgotten += 1
            self._by_subject.clear()
            self._by_id.clear()

    def are_there(self) -> bool:
        """Whether the key store answers."""
        try:
            with self._store.database.read() as conn:
                conn.exec_driver_sql("SELECT 1 FROM subject_keys LIMIT 1")
        except StoreUnavailable:
            return False
        return True

    def close(self) -> None:
        """Give the store's connections back."""
        self._store.close()

    @property
    def store(self) -> KeyStore:
        """Where the keys lie."""
        return self._store

    def _drop(self, subjects: Iterable[str]) -> None:
        with self._lock:
            self._forgotten += 1
            for subject in subjects:
                key = self._by_subject.pop(subject, None)
                if key is not None:
                    self._by_id.pop(key.id, None)
            for key in [each for each in self._by_id.values() if each.subject in subjects]:
                self._by_id.pop(key.id, None)

    def _keys(self, wanted: Mapping[str, str], remembered: bool) -> dict[str, _Key]:
        """A key for each subject; the mapping says of which connection it is."""
        with self._lock:
            found = {each: key for each in wanted if (key := self._by_subject.get(each)) is not None}
            as_of = self._forgotten
        missing = [each for each in wanted if each not in found]
        if not missing:
            return found
        rows = self._store.of_subjects(missing)
        new = dict(self._new(each, wanted[each]) for each in missing if each not in rows)
        if new:
            self._store.add(list(new))
            rows |= self._store.of_subjects([each.subject for each in new])  # another process may have come first
        raw = {row.id: each for row, each in new.items()}
        keep = self._remembered if remembered else self._unwrapped
        return found | {each: keep(row, as_of, raw.get(row.id)) for each, row in rows.items()}

    def _new(self, subject: str, connection: str) -> tuple[KeyRow, bytes]:
        key_id, raw = secrets.token_hex(_ID_BYTES), os.urandom(_KEY_BYTES)
        wrapped = self._wrapper.wrap(raw, wrapping_context(key_id))
        return KeyRow(key_id, subject, connection, wrapped, self._wrapper.newest, self._clock()), raw

    def _by_ids(self, ids: Collection[bytes]) -> dict[bytes, _Key]:
        with self._lock:
            found = {each: key for each in ids if (key := self._by_id.get(each)) is not None}
            as_of = self._forgotten
        missing = [each.hex() for each in ids if each not in found]
        rows = self._store.of_ids(missing) if missing else {}
        return found | {bytes.fromhex(row.id): self._remembered(row, as_of) for row in rows.values()}

    def _unwrapped(self, row: KeyRow, _as_of: int, raw: bytes | None = None) -> _Key:
        """Unwrapped, unless it is ours and new."""
        raw = raw or self._wrapper.unwrap(row.wrapped, wrapping_context(row.id))
        return _Key(bytes.fromhex(row.id), row.subject, raw)

    def _remembered(self, row: KeyRow, as_of: int, raw: bytes | None = None) -> _Key:
        """The same, and kept, unless something was forgotten since it was read: it may have been this one."""
        key = self._unwrapped(row, as_of, raw)
        with self._lock:
            if as_of == self._forgotten:
                self._by_subject[row.subject] = key
                self._by_id[key.id] = key
        return key


def subject_of(connection: str, record: str) -> str:
    """The digest by which the key store knows a record of a connection."""
    return hashlib.sha256(f"{connection}\0{record}".encode("utf-8", "surrogatepass")).hexdigest()


def wrapping_context(key_id: str) -> str:
    """What a wrapped key is bound to: none can take the place of another."""
    return f"subject-key:{key_id}"


def _opened(key: _Key, sealed: bytes, context: str) -> bytes:
    nonce, rest = sealed[_ID_BYTES : _ID_BYTES + _NONCE_BYTES], sealed[_ID_BYTES + _NONCE_BYTES :]
    try:
        return AESGCM(key.raw).decrypt(nonce, rest, key.id + context.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken(reason="seal-wrong") from error


def _sealed(key: _Key, item: Sealing) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return key.id + nonce + AESGCM(key.raw).encrypt(nonce, item.plaintext, key.id + item.context.encode())
