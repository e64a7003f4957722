"""What becomes of a token; which tokens are refused is in the matrix of all hosts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from app.errors import LaunchRefused
from app.hosts.acmecrm.launch import verify
from tests.hosts.acmecrm.described import good


def test_each_token_is_a_use_of_its_own() -> None:
    builder = good()
    keys = {
        verify(made.attempt().request(), builder.connection, builder.keys).used_key
        for made in (builder, builder.said("jti", "2"))
    }
    assert len(keys) == 2


def test_without_the_connection_s_key_nothing_is_taken() -> None:
    builder = good()
    with pytest.raises(LaunchRefused) as refusal:
        verify(builder.attempt().request(), replace(builder.connection, public_keys=()), builder.keys)
    assert refusal.value.reason == "signature-wrong"
