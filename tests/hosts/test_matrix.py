"""Every known-bad launch of every host is refused for its own reason, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.errors import LaunchExpired, LaunchRefused
from app.hosts import HOSTS
from app.hosts._host import no_proof
from tests.hosts._matrix import ALL, CASES, Case
from tests.hosts._proofs import BUILDERS
from tests.hosts._sign_ins import servicenow


@pytest.mark.parametrize(("host", "case"), ALL, ids=[f"{host}: {case.name}" for host, case in ALL])
def test_launch(host: str, case: Case) -> None:
    builder = BUILDERS[host]()
    request = case.mutate(builder).request()
    if not case.reason:
        HOSTS[host].verify(request, builder.connection, builder.keys)
        return
    with pytest.raises(LaunchRefused) as refusal:
        HOSTS[host].verify(request, builder.connection, builder.keys)
    assert refusal.value.reason == case.reason
    # a viewer learns one of two words, never the reason
    expired = case.reason == "expired"
    assert refusal.value.code == ("expired" if expired else "refused")
    assert isinstance(refusal.value, LaunchExpired) == expired
    assert case.reason.partition(":")[0] not in str(refusal.value)


PROVING = [name for name, host in HOSTS.items() if host.verify is not no_proof]


def test_every_host_has_a_good_launch_and_its_names_are_unique() -> None:
    for host in PROVING:
        names = [case.name for case in CASES(host)]
        assert "good" in names
        assert len(names) == len(set(names))


def test_a_host_without_proofs_takes_none() -> None:
    assert set(HOSTS) - set(PROVING) == {"servicenow"}
    for attempt in (case.mutate(BUILDERS[host]()) for host, case in ALL if case.name == "good"):
        with pytest.raises(LaunchRefused) as refusal:
            HOSTS["servicenow"].verify(attempt.request(), servicenow(), BUILDERS["guest"]().keys)
        assert refusal.value.reason == "no-proof"


@pytest.mark.parametrize("host", PROVING)
def test_one_unknown_claim_is_reported_by_name(host: str) -> None:
    builder = BUILDERS[host]().said("surprise", {"deep": 1})
    launch = HOSTS[host].verify(builder.attempt().request(), builder.connection, builder.keys)
    assert launch.unknown_claims in {("surprise",), ("surprise.deep",)}


@pytest.mark.parametrize("host", PROVING)
def test_a_good_launch_knows_all_its_claims(host: str) -> None:
    builder = BUILDERS[host]()
    launch = HOSTS[host].verify(builder.attempt().request(), builder.connection, builder.keys)
    assert launch.unknown_claims == ()
    assert launch.attests == HOSTS[host].attests
    assert launch.used_until > builder.attempt().now


@pytest.mark.parametrize("host", PROVING)
def test_a_connection_without_its_keys_takes_no_launch(host: str) -> None:
    """What is not configured refuses; it never means that anything goes."""
    builder = BUILDERS[host]()
    bare = replace(builder.connection, secrets=(), shared_keys={}, jwks_url="", algorithms=(), issuer="", audience="")
    bare = replace(bare, tenants=(), client_id="", client_secret=None)
    with pytest.raises(LaunchRefused):
        HOSTS[host].verify(builder.attempt().request(), bare, builder.keys)
