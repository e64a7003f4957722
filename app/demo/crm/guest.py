"""The guest launch: a short JWT by which this CRM's backend says who looks at which records."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from app.demo.crm.people import Person

LIFETIME_S = 300
MAX_RECORDS = 200
MAX_NAME = 200  # characters of a record's
MAX_FIELDS = 200


class GuestSigner:
    """Signs launches with one Ed25519 key and publishes its public half."""

    def __init__(self, key: Ed25519PrivateKey, issuer: str, audience: str, fields: Sequence[str] = ()) -> None:
        self._key, self._issuer, self._audience, self._fields = key, issuer, audience, fields
        self._public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._kid = hashlib.sha256(self._public).hexdigest()[:16]

    @classmethod
    def load(cls, path: Path, issuer: str, audience: str, fields: Sequence[str]) -> GuestSigner:
        """With the key of a PEM file (RFC 8410). Raises TypeError for a key of another kind, OSError."""
        key = load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError(f"{path} is not an Ed25519 key.")
        return cls(key, issuer, audience, fields)

    def token(
        self,
        person: Person,
        component: str,
        records: Sequence[str],
        now: float | None = None,
        names: Mapping[str, str] | None = None,
    ) -> str:
        """A single-use launch for these records (`Lead/...`): one id, or a list of up to 200, with their names."""
        if not 1 <= len(records) <= MAX_RECORDS:
            raise ValueError(f"A launch names 1 to {MAX_RECORDS} records, not {len(records)}.")
        issued = int(time.time() if now is None else now)
        return self.sign(
            {
                "iss": self._issuer,
                "aud": self._audience,
                "sub": person.user_id,
                "name": person.name,
                "locale": person.locale,
                "zoneinfo": person.timezone,
                "roles": [person.sees],
                "origin": self._issuer,
                "component": component,
                "fields": [name for name in self._fields if person.may_see_field(name)][:MAX_FIELDS],
                "record": records[0] if len(records) == 1 else list(records),
                **({"names": dict(names)} if names else {}),
                "jti": uuid.uuid4().hex,
                "iat": issued,
                "exp": issued + LIFETIME_S,
            }
        )

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A compact JWS over the claims, as RFC 7515 and RFC 8037 have it."""
        header = {"alg": "EdDSA", "kid": self._kid, "typ": "JWT"}
        parts = (json.dumps(part, separators=(",", ":")).encode() for part in (header, claims))
        message = b".".join(_url64(part) for part in parts)
        return (message + b"." + _url64(self._key.sign(message))).decode()

    def jwks(self) -> dict[str, Any]:
        """The public key as others fetch it: https://www.rfc-editor.org/rfc/rfc8037#section-2"""
        key = {"kty": "OKP", "crv": "Ed25519", "x": _url64(self._public).decode()}
        return {"keys": [key | {"kid": self._kid, "alg": "EdDSA", "use": "sig"}]}


def _url64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
