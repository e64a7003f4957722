"""Public keys that a connection pins: copied once by its admin, and asked of nobody again.

For hosts whose proofs name an address of their own key. Whoever fetched it would take any key from anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from app.config import ConnectionSettings
from app.hosts._keys import ALGORITHMS

_WEAKEST = 2048  # bits of an RSA key: RFC 7518 section 3.3


def pinned(connection: ConnectionSettings, algorithm: str, _kid: str | None) -> Iterable[Key]:
    """The pinned keys that fit the algorithm, whatever the proof calls its own; none: nobody's proof is taken."""
    found = (_read(each.reveal()) for each in connection.public_keys)
    return [key for key in found if key is not None and ALGORITHMS[algorithm](key)]


@lru_cache(64)
def _read(pem: str) -> Key | None:
    """A public key. A private one proves nothing: whoever gave it away gave it to others too."""
    if "PRIVATE KEY" in pem:
        return None
    for kind in (RSAKey, OKPKey, ECKey):
        try:
            key: Key = kind.import_key(pem)
        except (JoseError, ValueError, TypeError):
            continue
        return key if _is_strong(key) else None
    return None


def _is_strong(key: Key) -> bool:
    return not isinstance(key, RSAKey) or key.public_key.key_size >= _WEAKEST
