"""Pinned keys: those that were copied, if they are public, strong and of the algorithm; else none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from app.config import ConnectionSettings, Secret
from app.hosts._pinned import pinned
from tests.hosts._proofs import guest, rsa


def connection(*pems: bytes | str) -> ConnectionSettings:
    texts = [each if isinstance(each, str) else each.decode() for each in pems]
    return replace(guest().connection, public_keys=tuple(Secret(each) for each in texts))


def test_every_key_that_fits_is_tried_whatever_the_proof_calls_it() -> None:
    old, new, curve = RSAKey.generate_key(2048), rsa(), OKPKey.generate_key("Ed25519")
    known = connection(*(each.as_pem(private=False) for each in (old, new, curve)))
    assert [each.thumbprint() for each in pinned(known, "RS256", "any")] == [old.thumbprint(), new.thumbprint()]
    assert [each.thumbprint() for each in pinned(known, "EdDSA", None)] == [curve.thumbprint()]


@pytest.mark.filterwarnings("ignore:Key size should be")
def test_what_is_no_strong_public_key_is_none() -> None:
    private, weak = rsa().as_pem(private=True), RSAKey.generate_key(1024).as_pem(private=False)
    other_curve = ECKey.generate_key("P-384").as_pem(private=False)
    for pem in (private, weak, other_curve, "", "k" * 64, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"):
        for algorithm in ("RS256", "ES256", "EdDSA"):
            assert list(pinned(connection(pem), algorithm, None)) == []


def test_a_public_key_is_nobody_s_shared_secret() -> None:
    """The oldest confusion: HS256 with the text of the public key. No algorithm of ours reads it so."""
    pem = rsa().as_pem(private=False)
    with pytest.raises(KeyError):
        pinned(connection(pem), "HS256", None)
    assert not any(isinstance(each, OctKey) for each in pinned(connection(pem), "RS256", None))
