"""The signature of a guest launch: a JWS whose algorithm and keys the connection chooses, never the token."""

from __future__ import annotations

from typing import Any

from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import Key, OctKey
from joserfc.util import urlsafe_b64decode

from app.config import ConnectionSettings
from app.hosts._claims import is_text, read_object
from app.hosts._keys import ALGORITHMS, KeySource
from app.hosts._reasons import refused

MAX_PROOF = 262_144  # 200 records with their carried features
MAX_HEADER = 2_048
MIN_SHARED_KEY = 32  # bytes: as long as the digest, RFC 7518 section 3.2
_TYPES = frozenset({"jwt", "inlay-launch+jwt"})
# Each would let the token bring its own key, or change how it is read.
_REFUSED_HEADERS = ("jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc", "cty")


class _Registry(jws.JWSRegistry):
    """The library's registry with our sizes; other header fields are ignored (RFC 7515 section 4)."""

    max_header_length = MAX_HEADER
    max_payload_length = MAX_PROOF
    max_signature_length = 1_024

    def get_alg(self, name: str) -> JWSAlgModel:
        # The library's own look-up warns of "EdDSA", because the name leaves the curve open (RFC 9864). Here
        # nothing is open: a key for it is on Ed25519, or it is no key.
        if name not in (self.allowed or ()):
            raise refused("algorithm-refused")
        return self.algorithms[name]


def open_token(proof: str, connection: ConnectionSettings, keys: KeySource) -> dict[str, Any]:
    """The claims of a token, once a key of the connection is seen to have signed it. Raises LaunchRefused."""
    if len(proof) > MAX_PROOF:
        raise refused("too-large")
    algorithm, kid = _read_header(proof, connection)
    registry = _Registry(algorithms=[algorithm], strict_check_header=False)
    for key in _candidates(algorithm, kid, connection, keys):
        try:
            verified = jws.deserialize_compact(proof, key, registry=registry)
        except BadSignatureError:
            continue
        except (JoseError, ValueError) as error:
            raise refused("malformed") from error
        return read_object(verified.payload or b"")
    raise refused("signature-wrong")


def _read_header(proof: str, connection: ConnectionSettings) -> tuple[str, str | None]:
    """Algorithm and key id, which the token may name but not choose: both are held against the connection."""
    encoded, _, rest = proof.partition(".")
    if rest.count(".") != 1 or not proof.isascii():
        raise refused("malformed")
    if len(encoded) > MAX_HEADER:
        raise refused("too-large")
    try:
        header = read_object(urlsafe_b64decode(encoded.encode()))
    except ValueError as error:
        raise refused("malformed") from error
    for name in _REFUSED_HEADERS:
        if name in header:
            raise refused("header-refused", name)
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise refused("type-wrong")
    if not isinstance(algorithm, str) or algorithm not in connection.algorithms:
        raise refused("algorithm-refused")
    if kid is not None and not is_text(kid, 200):
        raise refused("malformed")
    return algorithm, kid


def _candidates(algorithm: str, kid: str | None, connection: ConnectionSettings, keys: KeySource) -> tuple[Key, ...]:
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
