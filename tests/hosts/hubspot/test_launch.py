"""Signature v3; which requests are refused is in the matrix of all hosts."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace

from app.config import Secret
from app.hosts.hubspot.launch import MAX_AGE_S, verify
from tests.hosts._proofs import CLOCK
from tests.hosts.hubspot.described import KEY, as_, good, plainly


def test_the_vendor_s_own_words_make_the_signature() -> None:
    """method + address + body + time, HMAC-SHA256 by the client secret, base64: computed here by hand."""
    builder = good()
    proof = builder.attempt().proof
    source = b"POSThttps://inlay.example.com/launch/hubspot?" + proof.split("?", 1)[1].split('"')[0].encode()
    source += builder.payload() + b"1794999999200"
    assert base64.b64encode(hmac.new(KEY.encode(), source, hashlib.sha256).digest()).decode() in proof


def test_both_readings_of_an_address_are_one_use() -> None:
    """Or each signed request would be good twice."""
    builder = good()
    one = verify(builder.attempt().request(), builder.connection, builder.keys)
    two = verify(as_(signs=plainly)(builder).request(), builder.connection, builder.keys)
    assert one.used_key == two.used_key
    assert one.used_until > CLOCK + MAX_AGE_S
    later = verify(as_(at_ms=str(int(CLOCK * 1000)))(builder).request(), builder.connection, builder.keys)
    assert later.used_key != one.used_key


def test_secrets_are_rotated_without_a_gap() -> None:
    builder = good()
    both = replace(builder.connection, secrets=(Secret("the-new-one"), Secret(KEY)))
    assert verify(builder.attempt().request(), both, builder.keys)
