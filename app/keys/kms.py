"""A cloud's key service as the wrapper: it gives data keys, which wrap here, so that it is asked once a process and not
once for each subject. What is wrapped holds its data key, encrypted by the service: whoever may ask it can unwrap.
"""

from __future__ import annotations

import os
import threading
from typing import Protocol

from cachetools import LRUCache
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.keys.keyring import SealBroken
from app.keys.wrapping import Wrapper

PURPOSE = "subject-keys"  # what the service is told, and must be told again to decrypt
_MARK, _LENGTH_BYTES, _NONCE_BYTES = b"kms1", 2, 12
_REMEMBERED = 1_000  # data keys: one for each process that ever wrapped


class DataKey(Protocol):
    """A key, and the same encrypted by the service; `app.net.kms` keeps the same shape."""

    @property
    def plain(self) -> bytes:
        """The key itself: never kept, never logged."""

    @property
    def encrypted(self) -> bytes:
        """The same, as only the service can read it."""


class KeyService(Protocol):
    """What is asked of a key management service."""

    def new_key(self, key_id: str, context: str) -> DataKey:
        """A data key, made there, bound to the context. Raises StoreUnavailable."""

    def decrypt(self, encrypted: bytes, context: str) -> bytes:
        """The plain key. Raises StoreUnavailable, also for one that it cannot read, or of another context."""


class KmsWrapper:
    """Wraps by a key of the service; unwraps also what another wrapper wrapped before."""

    def __init__(self, service: KeyService, key_id: str, before: Wrapper) -> None:
        self._service, self._key_id, self._before = service, key_id, before
        self._plain: LRUCache[bytes, bytes] = LRUCache(_REMEMBERED)  # by the encrypted one
        self._own: bytes | None = None
        self._lock = threading.Lock()

    @property
    def newest(self) -> str:
        return f"kms:{self._key_id}"

    def wrap(self, key: bytes, context: str) -> bytes:
        encrypted, nonce = self._data_key(), os.urandom(_NONCE_BYTES)
        wrapped = AESGCM(self._opened(encrypted)).encrypt(nonce, key, context.encode())
        return _MARK + len(encrypted).to_bytes(_LENGTH_BYTES, "big") + encrypted + nonce + wrapped

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        if not wrapped.startswith(_MARK):
            return self._before.unwrap(wrapped, context)
        begin = len(_MARK) + _LENGTH_BYTES
        end = begin + int.from_bytes(wrapped[len(_MARK) : begin], "big")
        nonce, rest = wrapped[end : end + _NONCE_BYTES], wrapped[end + _NONCE_BYTES :]
        try:
            return AESGCM(self._opened(wrapped[begin:end])).decrypt(nonce, rest, context.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken(reason="wrap-wrong") from error

    def _data_key(self) -> bytes:
        """This process' own, encrypted."""
        with self._lock:
            if self._own is None:
                made = self._service.new_key(self._key_id, PURPOSE)
                self._own, self._plain[made.encrypted] = made.encrypted, made.plain
            return self._own

    def _opened(self, encrypted: bytes) -> bytes:
        with self._lock:
            plain = self._plain.get(encrypted)
        if plain is None:
            plain = self._service.decrypt(encrypted, PURPOSE)
            with self._lock:
                self._plain[encrypted] = plain
        return plain
