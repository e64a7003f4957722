"""Tokens that are only looked at; how they are verified is tried by the matrix, for every host that takes them."""

from __future__ import annotations

from functools import partial

import pytest

from app.errors import LaunchRefused
from app.hosts._jws import MAX_PROOF, open_jws, unverified
from tests.hosts._proofs import BUILDERS, b64url, oidc

TYPES = frozenset({"jwt"})


def test_what_was_signed_is_what_is_read() -> None:
    proof = oidc().proof()
    claims = open_jws(proof, ("RS256",), TYPES, partial(oidc().keys.find, "any"))
    assert claims == unverified(proof) == oidc().claims


def test_without_a_key_nothing_is_believed() -> None:
    with pytest.raises(LaunchRefused) as refusal:
        open_jws(oidc().proof(), ("RS256",), TYPES, lambda *_: ())
    assert refusal.value.reason == "signature-wrong"


def test_each_kind_of_proof_has_its_own_size() -> None:
    proof = oidc().said("padding", "x" * 1_000).proof()
    assert len(proof) < MAX_PROOF
    with pytest.raises(LaunchRefused) as refusal:
        open_jws(proof, ("RS256",), TYPES, partial(oidc().keys.find, "any"), longest=1_000)
    assert refusal.value.reason == "too-large"


@pytest.mark.parametrize(
    "proof",
    [
        "",
        "x",
        "a.b.c",
        f"e30.{b64url(b'[]')}.x",
        f"e30.{b64url(b'{')}.x",
        f"e30.{b64url(bytes([255]))}.x",
        'e30.{"a":1}.x',
        "e30." + b64url(b'{"a":1,"a":2}') + ".x",
    ],
)
def test_looking_at_what_cannot_be_read_finds_nothing(proof: str) -> None:
    assert unverified(proof) == {}


def test_looking_at_what_is_no_jws_of_ours_harms_nobody() -> None:
    assert unverified(BUILDERS["salesforce"]().proof()) is not None
