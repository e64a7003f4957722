"""Webhooks as they are signed either way: Standard Webhooks, HMAC-SHA256 over `id.timestamp.body`.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from app.config import Secret


def digest(secret: Secret, name: str, stamp: str, body: bytes) -> bytes:
    """What the holder of the secret signs this message with; empty for a secret that is no key, which signs nothing."""
    key = _key(secret)
    if not key:  # the empty key is one that everybody has
        return b""
    return hmac.new(
        key, b".".join((name.encode("utf-8", "surrogatepass"), stamp.encode(), body)), hashlib.sha256
    ).digest()


def decoded(text: str) -> bytes:
    """Base64 as bytes; empty for what is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def signed(secrets: tuple[Secret, ...], name: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of a message that we send: signed with each of our secrets, so that they can be changed in peace."""
    signatures = [digest(each, name, str(at), body) for each in secrets]
    return {
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(each).decode()}" for each in signatures if each),
    }


def _key(secret: Secret) -> bytes:
    """The key itself: base64 behind `whsec_` as the standard writes it, else the text as it is."""
    text = secret.reveal()
    return decoded(text.removeprefix("whsec_")) if text.startswith("whsec_") else text.encode()
