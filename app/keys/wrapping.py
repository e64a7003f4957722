"""How keys are wrapped: one small interface, and the deployment's own list of keys behind it."""

from __future__ import annotations

from typing import Protocol

from app.keys.keyring import Keyring


class Wrapper(Protocol):
    """Encrypts keys by a key that lies elsewhere. A cloud's key service can stand here: `app.keys.kms`."""

    @property
    def newest(self) -> str:
        """The name of the key that wraps now; safe to show."""
        ...

    def wrap(self, key: bytes, context: str) -> bytes:
        """The key, encrypted; it unwraps in this context only. Raises StoreUnavailable."""
        ...

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """What was wrapped. Raises SealBroken, StoreUnavailable."""
        ...


class ListWrapper:
    """Wraps by the deployment's list of keys."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    @property
    def newest(self) -> str:
        return f"list:{self._keyring.kids[0]}"

    def wrap(self, key: bytes, context: str) -> bytes:
        return self._keyring.seal(key, context)

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        return self._keyring.open(wrapped, context)
