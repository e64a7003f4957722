"""The signature of a guest launch: by a key of the connection's key set, or by a shared key.

EdDSA, ES256, RS256 or HS256: https://www.rfc-editor.org/rfc/rfc7518#section-3, https://www.rfc-editor.org/rfc/rfc8037
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from joserfc.jwk import Key, OctKey

from app.config import ConnectionSettings
from app.hosts._jws import open_jws
from app.hosts._keys import ALGORITHMS, KeySource
from app.hosts._reasons import refused

MIN_SHARED_KEY = 32  # bytes: as long as the digest, RFC 7518 section 3.2
_TYPES = frozenset({"jwt", "inlay-launch+jwt"})


def open_token(proof: str, connection: ConnectionSettings, keys: KeySource) -> dict[str, Any]:
    """The claims of a token, once a key of the connection is seen to have signed it. Raises LaunchRefused."""
    return open_jws(proof, connection.algorithms, _TYPES, partial(_candidates, connection, keys))


def _candidates(connection: ConnectionSettings, keys: KeySource, algorithm: str, kid: str | None) -> Iterable[Key]:
    """The keys that may have signed. A shared key and a public key never stand in for each other."""
    if algorithm == "HS256":
        secret = connection.shared_keys.get(kid) if kid is not None else None
        if secret is None:
            raise refused("key-unknown")
        if len(secret.reveal_bytes()) < MIN_SHARED_KEY:
            raise refused("key-weak")
        return (OctKey.import_key(secret.reveal_bytes()),)
    if algorithm not in ALGORITHMS or not connection.jwks_url:
        raise refused("algorithm-refused")
    found = keys.find(connection.jwks_url, algorithm, kid)
    if not found:
        raise refused("key-unknown")
    return found
