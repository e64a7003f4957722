"""The signature of a Canvas signed request: checked over the text as it came, before any of it is read."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from app.config import Secret
from app.hosts._reasons import refused

MAX_PROOF = 262_144  # parameters end at 8 KB on the other side, and the rest of the context is a few KB


def open_signed(proof: str, secrets: Sequence[Secret]) -> str:
    """The payload, still encoded, once one of the secrets is seen to have signed it. Raises LaunchRefused.

    All secrets of the connection are tried, which is how a rotation goes on without a gap. Nothing inside the
    payload may choose one: nothing in there is believed yet.

    https://developer.salesforce.com/docs/platform/canvas-framework/guide/canvas-app-signed-req-authentication.html
    """
    if len(proof) > MAX_PROOF:
        raise refused("too-large")
    signature, dot, payload = proof.partition(".")
    if not dot or not payload or not payload.isascii():
        raise refused("malformed")
    given = decode(signature)
    holds = False
    for secret in secrets:
        key = secret.reveal_bytes()
        made = hmac.new(key, payload.encode(), hashlib.sha256).digest()
        # the empty key is one that everybody has; and all are compared, whether or not one held before
        holds |= hmac.compare_digest(made, given) and bool(key)
    if not holds:
        raise refused("signature-wrong")
    return payload


def decode(encoded: str) -> bytes:
    """Base64 in either alphabet, with or without its padding, and nothing besides. Raises LaunchRefused."""
    plain = encoded.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise refused("malformed") from error
