"""What a guest token means, and the keys that a connection takes one from."""

from __future__ import annotations

import warnings
from dataclasses import replace

import pytest
from app.errors import HostUnavailable, LaunchRefused
from app.hosts.guest.launch import verify
from app.launch import Attest, Launch
from joserfc.jwk import OctKey

from tests.hosts._proofs import CLOCK, GUEST, FixedKeys, GuestBuilder, guest


def launched(builder: GuestBuilder) -> Launch:
    return verify(builder.attempt().request(), builder.connection, builder.keys)


def test_the_vector() -> None:
    """A token that was written down once: what was good stays good."""
    launch = verify(guest().raw(GUEST["token"]).request(), guest().connection, guest().keys)
    assert launch == launched(guest())
    assert (launch.viewer.subject, launch.viewer.name, launch.viewer.locale) == (
        "u-17",
        "Zoë Müller",
        "de-DE",
    )
    assert launch.viewer.roles == ("sales",)
    # all records that the host vouched for, though the request asked for one
    assert [str(record) for record in launch.records] == ["Lead/17", "Lead/18"]
    assert (launch.origin, launch.component) == ("https://app.acme.example", "score-badge")
    assert launch.attests == set(Attest)
    assert launch.used_key == "d6c0a1f2"
    assert (launch.host_token, launch.host_url, launch.fields) == (None, None, None)


def test_a_used_launch_is_remembered_for_longer_than_it_could_be_taken() -> None:
    launch = launched(guest())
    late = guest().asked(now=launch.used_until - 60)
    with pytest.raises(LaunchRefused):
        launched(late)


def test_carried_features_and_visible_fields() -> None:
    carried = {"Lead/17": {"industry": "Steel", "employees": 40}}
    launch = launched(guest().said("features", carried).said("fields", ["industry"]))
    assert launch.features == carried
    assert launch.fields == {"industry"}


def test_records_named_twice_are_one() -> None:
    launch = launched(guest().said("record", ["Lead/17", "Lead/17"]))
    assert [str(record) for record in launch.records] == ["Lead/17"]


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
    assert launched(builder)
    with pytest.raises(LaunchRefused) as refusal:
        launched(replace(builder, connection=replace(builder.connection, algorithms=others)))
    assert refusal.value.reason == "algorithm-refused"


def test_a_public_key_algorithm_without_a_key_set_is_refused() -> None:
    with pytest.raises(LaunchRefused) as refusal:
        launched(replace(guest(), connection=replace(guest().connection, jwks_url="")))
    assert refusal.value.reason == "algorithm-refused"


def test_an_unreachable_key_set_is_not_a_refusal() -> None:
    """The launch may be good; nobody can tell. It can be tried again."""

    class Away(FixedKeys):
        def find(self, url: str, algorithm: str, kid: str | None) -> tuple[()]:
            raise HostUnavailable(reason="keys-unavailable")

    with pytest.raises(HostUnavailable):
        verify(guest().attempt().request(), guest().connection, Away())


def test_verification_is_silent() -> None:
    """Warnings on the hot road would fill the log; the one about EdDSA's name does not apply here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert launched(guest())


def test_time_counts_from_the_request() -> None:
    day = 86_400
    later = guest().said("iat", CLOCK + day).said("exp", CLOCK + day + 60).asked(now=CLOCK + day)
    assert launched(later).used_until == CLOCK + day + 60 + 30 + 60


@pytest.mark.parametrize(("claim", "setting"), [("iss", "issuer"), ("aud", "audience")])
def test_nothing_configured_equals_nothing_said_is_no_match(claim: str, setting: str) -> None:
    builder = guest().said(claim, "")
    with pytest.raises(LaunchRefused) as refusal:
        launched(replace(builder, connection=replace(builder.connection, **{setting: ""})))
    assert refusal.value.reason == f"{setting}-wrong"
