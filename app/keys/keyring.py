"""The keyring: each deployment secret gives one key to sign and one to seal; the newest works, all verify."""

from __future__ import annotations

import hmac
import json
import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from app.errors import InlayError, SessionExpired, SessionInvalid

_ALG = "HS256"  # ours on both sides; what a token's header says is compared with it and never followed
MAX_TOKEN = 64_000  # 200 record ids of the longest form fit; nothing larger is looked at
_MAX_CLAIMS = 1_000_000  # bytes of what a token holds, once it is no longer compressed
_KID_BYTES, _NONCE_BYTES = 8, 12
_MIN_SECRET_BYTES = 32


class SealBroken(InlayError):
    """Sealed bytes cannot be opened: another context, a key that is gone, or somebody changed them."""

    code, title = "seal-broken", "Something that was stored can no longer be read."


def same(one: str | bytes, other: str | bytes) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(_bytes(one), _bytes(other))


@dataclass(frozen=True, slots=True)
class _Key:
    kid: str
    signing: OctKey
    sealing: AESGCM

    @classmethod
    def derive(cls, secret: bytes) -> _Key:
        """One purpose, one key: a token can never be passed off as a sealed value, nor the other way."""
        kid = _derived(secret, "kid", _KID_BYTES).hex()
        return cls(kid, OctKey.import_key(_derived(secret, "sign", 32)), AESGCM(_derived(secret, "seal", 32)))


class Keyring:
    """Signs and seals with the newest key, verifies and opens with any."""

    def __init__(self, keys: Sequence[_Key]) -> None:
        self._newest = keys[0]
        self._keys = {key.kid: key for key in keys}

    @classmethod
    def from_secrets(cls, secrets: Sequence[bytes | str]) -> Keyring:
        """Newest first. Raises ValueError for none, or for one that is too short to be a key."""
        raw = [_bytes(secret) for secret in secrets]
        if not raw or any(len(secret) < _MIN_SECRET_BYTES for secret in raw):
            raise ValueError(f"A keyring needs one or more secrets of {_MIN_SECRET_BYTES} bytes or more.")
        return cls([_Key.derive(secret) for secret in raw])

    @property
    def kids(self) -> tuple[str, ...]:
        """Names of the keys, newest first; safe to show."""
        return tuple(self._keys)

    def sign(self, claims: Mapping[str, Any], typ: str, likely: bytes = b"") -> str:
        """A token of type `typ`. `claims` need `exp`, seconds since the epoch.

        They are compressed, since a token is in every request and in every first answer, where base64 keeps it from
        being so. `likely` is text that claims of this type hold, which is then left out; `verify` needs the same.
        """
        if not _is_time(claims.get("exp")):
            raise ValueError("A token without exp would live for ever.")
        header = {"alg": _ALG, "kid": self._newest.kid, "typ": typ}
        payload = json.dumps(claims, separators=(",", ":"), allow_nan=False).encode()
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zdict=likely)
        return jws.serialize_compact(header, packer.compress(payload) + packer.flush(), self._newest.signing, [_ALG])

    def verify(self, token: str, typ: str, now: float, likely: bytes = b"") -> dict[str, Any]:
        """The claims of a token of ours, of this type, still valid. Raises SessionInvalid, SessionExpired."""
        if len(token) > MAX_TOKEN:
            raise SessionInvalid(reason="token-too-long")
        try:
            parsed = jws.extract_compact(token.encode("ascii"))
            header = parsed.headers()
            key = self._keys.get(str(header.get("kid")))
            if key is None:
                raise SessionInvalid(reason="token-key-unknown")
            if header != {"alg": _ALG, "kid": key.kid, "typ": typ}:  # exactly as we write it, nothing more
                raise SessionInvalid(reason="token-header-wrong")
            packed = jws.deserialize_compact(token, key.signing, [_ALG]).payload  # ours, or nothing of it is unpacked
            claims = json.loads(zlib.decompressobj(-zlib.MAX_WBITS, zdict=likely).decompress(packed, _MAX_CLAIMS))
        except (JoseError, ValueError, RecursionError, zlib.error) as error:
            raise SessionInvalid(reason="token-malformed-or-forged") from error
        if not isinstance(claims, dict) or not _is_time(claims.get("exp")):
            raise SessionInvalid(reason="token-without-exp")
        if now >= claims["exp"]:
            raise SessionExpired(reason="token-expired")
        return claims

    def seal(self, plaintext: bytes, context: str) -> bytes:
        """Encrypt for a context (`host-token:<session>`); it opens in no other, so rows cannot be swapped."""
        nonce = os.urandom(_NONCE_BYTES)
        kid = bytes.fromhex(self._newest.kid)
        return kid + nonce + self._newest.sealing.encrypt(nonce, plaintext, kid + context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """What was sealed. Raises SealBroken."""
        kid, nonce = sealed[:_KID_BYTES], sealed[_KID_BYTES : _KID_BYTES + _NONCE_BYTES]
        key = self._keys.get(kid.hex())
        if key is None or len(nonce) != _NONCE_BYTES:
            raise SealBroken(reason="seal-key-unknown")
        try:
            return key.sealing.decrypt(nonce, sealed[_KID_BYTES + _NONCE_BYTES :], kid + context.encode())
        except InvalidTag as error:
            raise SealBroken(reason="seal-wrong") from error


def _derived(secret: bytes, purpose: str, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=f"inlay {purpose} 1".encode()).derive(secret)


def _bytes(text: str | bytes) -> bytes:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def _is_time(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
