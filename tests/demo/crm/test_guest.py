"""The guest launch holds for a verifier that knows only the published key."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.demo.crm.desk import Desk
from app.demo.crm.people import PEOPLE


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def published(desk: Desk) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(decoded(desk.guest.jwks()["keys"][0]["x"]))


def test_signature_verifies_with_the_published_key(desk: Desk) -> None:
    token = desk.guest.token(PEOPLE["sam"], "score-badge", ["Lead/1"])
    message, _, signature = token.rpartition(".")
    published(desk).verify(decoded(signature), message.encode())
    with pytest.raises(InvalidSignature):
        published(desk).verify(decoded(signature), message.encode() + b"x")
    assert json.loads(decoded(token.partition(".")[0]))["kid"] == desk.guest.jwks()["keys"][0]["kid"]


def test_claims_say_who_where_what_and_until_when(desk: Desk) -> None:
    token = desk.guest.token(PEOPLE["sam"], "score-badge", ["Lead/1", "Lead/2"], now=1000.0)
    claims = json.loads(decoded(token.split(".")[1]))
    assert claims["iss"] == claims["origin"] == desk.config.origin
    assert claims["aud"] == desk.config.inlay
    assert claims["record"] == ["Lead/1", "Lead/2"]
    assert (claims["iat"], claims["exp"]) == (1000, 1300)
    assert "Title" in claims["fields"]
    assert "AnnualRevenue" not in claims["fields"]  # Sam may not see it, so no reason may speak of it


def test_every_token_is_another_one(desk: Desk) -> None:
    tokens = {desk.guest.token(PEOPLE["zoe"], "score-badge", ["Lead/1"], now=1.0) for _ in range(5)}
    assert len(tokens) == 5


def test_private_half_is_not_published(desk: Desk) -> None:
    assert set(desk.guest.jwks()["keys"][0]) == {"kty", "crv", "x", "kid", "alg", "use"}


@pytest.mark.parametrize("count", [0, 201])
def test_number_of_records_is_limited(desk: Desk, count: int) -> None:
    with pytest.raises(ValueError, match="1 to 200"):
        desk.guest.token(PEOPLE["zoe"], "score-badge", ["Lead/1"] * count)
