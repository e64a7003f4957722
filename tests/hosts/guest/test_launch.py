"""What a guest token means, and the keys that a connection takes one from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.errors import LaunchRefused
from app.hosts.guest.launch import verify
from app.launch import Attest, Launch
from tests.hosts._proofs import CLOCK, GUEST, GuestBuilder, guest


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
    assert launch.used_key == "https://app.acme.example d6c0a1f2"
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
