"""Keys that sign the audit's seals: Ed25519 (RFC 8032), one from each deployment secret, the newest signs.

Their public halves are no secret: whoever has them can check seals, and make none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KID_DIGITS = 16


class SealKeys:
    """Signs with the newest secret's key; knows the public keys of all."""

    def __init__(self, private: Sequence[Ed25519PrivateKey]) -> None:
        self._newest = private[0]
        self.publics: Mapping[str, bytes] = {self.name(raw): raw for raw in map(_raw, private)}
        self.kid = next(iter(self.publics))

    @classmethod
    def from_secrets(cls, secrets: Sequence[bytes]) -> SealKeys:
        """Newest first, at least one."""
        return cls([Ed25519PrivateKey.from_private_bytes(_derived(each)) for each in secrets])

    def sign(self, message: bytes) -> bytes:
        """64 bytes of Ed25519, by the newest key."""
        return self._newest.sign(message)

    def check(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the key of these 32 public bytes signed exactly this."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def name(self, public: bytes) -> str:
        """A name that is of the key itself: another key cannot have it."""
        return hashlib.sha256(b"inlay seal kid 1" + public).hexdigest()[:_KID_DIGITS]


def _raw(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _derived(secret: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"inlay seal signing 1").derive(secret)
