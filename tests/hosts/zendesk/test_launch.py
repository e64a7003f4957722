"""Whom a token means; which tokens are refused is in the matrix of all hosts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.config import Secret
from app.errors import LaunchRefused
from app.hosts.zendesk.launch import user_of, verify
from tests.hosts.zendesk.described import ACCOUNT, good


def test_a_user_is_a_number_of_the_account() -> None:
    assert user_of(f"{ACCOUNT}/api/v2/users/17.json") == (ACCOUNT, "17")
    for wrong in ("17", f"{ACCOUNT}/api/v2/users/17.json/x", f"{ACCOUNT}/api/v2/users/", "https://user@evil/17"):
        assert user_of(wrong) == ("", "")


def test_the_key_is_the_connection_s_while_it_is_rotated_and_no_other() -> None:
    builder = good()
    (key,) = builder.connection.public_keys
    for keys in ((key,), (Secret("-----BEGIN PUBLIC KEY-----"), key)):
        assert verify(builder.attempt().request(), replace(builder.connection, public_keys=keys), builder.keys)
    with pytest.raises(LaunchRefused) as refusal:
        verify(builder.attempt().request(), replace(builder.connection, public_keys=()), builder.keys)
    assert refusal.value.reason == "signature-wrong"
