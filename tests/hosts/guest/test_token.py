"""The signature of guest tokens: the connection chooses algorithm and keys."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from typing import Any

import pytest
from joserfc.jwk import OctKey

from app.errors import HostUnavailable, LaunchRefused
from app.hosts.guest.token import open_token
from tests.hosts._proofs import GUEST, FixedKeys, GuestBuilder, guest


def opened(builder: GuestBuilder) -> dict[str, Any]:
    return open_token(builder.proof(), builder.connection, builder.keys)


def test_what_was_signed_is_what_is_read() -> None:
    assert opened(guest()) == json.loads(guest().payload())


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "RS256", "HS256"])
def test_the_connection_pins_the_algorithm(algorithm: str) -> None:
    """A key that is there is of no use when its algorithm is not the configured one."""
    others = tuple({"EdDSA", "ES256", "RS256", "HS256"} - {algorithm})
    key = {"EdDSA": "ed", "ES256": "es", "RS256": "rs"}
    builder = guest()
    if algorithm in key:
        builder = builder.signed(algorithm, key[algorithm], kid=key[algorithm])
    else:
        builder = builder.signed(algorithm, OctKey.import_key(GUEST["shared_keys"]["2026-11"]), kid="2026-11")
    assert opened(builder)
    with pytest.raises(LaunchRefused) as refusal:
        opened(replace(builder, connection=replace(builder.connection, algorithms=others)))
    assert refusal.value.reason == "algorithm-refused"


def test_a_public_key_algorithm_without_a_key_set_is_refused() -> None:
    with pytest.raises(LaunchRefused) as refusal:
        opened(replace(guest(), connection=replace(guest().connection, jwks_url="")))
    assert refusal.value.reason == "algorithm-refused"


def test_an_unreachable_key_set_is_not_a_refusal() -> None:
    """The launch may be good; nobody can tell. It can be tried again."""

    class Away(FixedKeys):
        def find(self, url: str, algorithm: str, kid: str | None) -> tuple[()]:
            raise HostUnavailable(reason="keys-unavailable")

    with pytest.raises(HostUnavailable):
        open_token(guest().proof(), guest().connection, Away())


def test_verification_is_silent() -> None:
    """Warnings on the hot road would fill the log; the one about EdDSA's name does not apply here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert opened(guest())
