"""Signed tokens (JWS): their algorithm and keys are chosen by the connection, never by the token.

https://www.rfc-editor.org/rfc/rfc7515 and, for what an attacker may try, https://www.rfc-editor.org/rfc/rfc8725
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import Key
from joserfc.util import urlsafe_b64decode

from app.errors import LaunchRefused
from app.hosts._claims import is_text, read_object
from app.hosts._reasons import refused

MAX_PROOF = 262_144
MAX_HEADER = 2_048
# Each would let the token bring its own key, or change how it is read.
_REFUSED_HEADERS = ("jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc", "cty")

FindKeys = Callable[[str, str | None], Iterable[Key]]  # algorithm, key id -> the keys that may have signed


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


def open_jws(
    proof: str, algorithms: Collection[str], types: Collection[str], find: FindKeys, longest: int = MAX_PROOF
) -> dict[str, Any]:
    """The claims of a token, once one of the keys is seen to have signed it. Raises LaunchRefused.

    `types` are the values of the header's `typ` in small letters; a missing one counts as `jwt`.
    """
    if len(proof) > longest:
        raise refused("too-large")
    algorithm, kid = _read_header(proof, algorithms, types)
    registry = _Registry(algorithms=[algorithm], strict_check_header=False)
    for key in find(algorithm, kid):
        try:
            verified = jws.deserialize_compact(proof, key, registry=registry)
        except BadSignatureError:
            continue
        except (JoseError, ValueError) as error:
            raise refused("malformed") from error
        return read_object(verified.payload or b"")
    raise refused("signature-wrong")


def unverified(proof: str) -> dict[str, Any]:
    """What a token says, believed by nobody: only to choose between keys of ours, or to say better what is wrong.

    Nothing when it cannot be read; whoever verifies it will say so.
    """
    try:
        return read_object(urlsafe_b64decode(proof.split(".")[1].encode()))
    except (IndexError, ValueError, LaunchRefused):
        return {}


def _read_header(proof: str, algorithms: Collection[str], types: Collection[str]) -> tuple[str, str | None]:
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
    if not isinstance(kind, str) or kind.lower() not in types:
        raise refused("type-wrong")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise refused("algorithm-refused")
    if kid is not None and not is_text(kid, 200):
        raise refused("malformed")
    return algorithm, kid
