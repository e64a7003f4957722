"""Every known-bad launch of every host is refused for its own reason, and nothing else is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from app.errors import LaunchExpired, LaunchRefused
from app.hosts import HOSTS
from app.hosts._host import no_proof
from tests.hosts._matrix import ALL, CASES
from tests.hosts._proofs import BUILDERS, DESCRIBED
from tests.hosts._sign_ins import servicenow
from tests.hosts._vectors import FOLDER, Read, hosts_on_file, kept, misjudged, read, squeezed, text, whole


@pytest.mark.parametrize("host", hosts_on_file())
def test_launches(host: str) -> None:
    """As the published files have it: whoever reads them needs nothing of ours. They are data, and leave nothing."""
    file = read(host)
    wrong = {
        each["name"]: (found, each["reason"])
        for each in file.launches
        if (found := judged(host, file, each)) != each["reason"]
    }
    assert wrong == {}


def judged(host: str, file: Read, launch: Any) -> str:
    """The reason of its refusal; empty where it is taken."""
    try:
        HOSTS[host].verify(file.request(launch), file.connection, file)
    except LaunchRefused as error:
        refusal = error
    else:
        return ""
    # a viewer learns one of two words, never the reason
    expired = refusal.reason == "expired"
    assert refusal.code == ("expired" if expired else "refused"), launch["name"]
    assert isinstance(refusal, LaunchExpired) == expired, launch["name"]
    assert refusal.reason.partition(":")[0] not in str(refusal), launch["name"]
    return refusal.reason


@pytest.mark.parametrize("host", BUILDERS)
def test_the_published_launches_are_those_of_the_matrix(host: str) -> None:
    """Else run `scripts/launches.py HOST`."""
    filed, made = json.loads((FOLDER / f"{host}.json").read_text("utf-8")), json.loads(text(host))
    assert [each["name"] for each in filed["launches"]] == [each["name"] for each in made["launches"]]
    for one, two in zip(filed["launches"], made["launches"], strict=True):
        assert one == two
    assert filed == made


def test_a_signature_that_is_drawn_by_lot_is_kept_while_nothing_else_changes() -> None:
    filed = json.loads((FOLDER / "guest.json").read_text("utf-8"))
    at = {each["name"]: number for number, each in enumerate(filed["launches"])}
    made = json.loads(json.dumps(filed))
    made["launches"][at["ES256"]]["proof"] += "another"
    made["launches"][at["good"]]["proof"] += "another"
    found = kept(filed, made)["launches"]
    assert found[at["ES256"]] == filed["launches"][at["ES256"]]
    assert found[at["good"]] == made["launches"][at["good"]]
    assert kept(filed, made | {"clock": 1}) == made | {"clock": 1}


def test_a_row_that_a_host_sees_otherwise_is_named_with_both_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    assert misjudged("zendesk") == []
    monkeypatch.setitem(DESCRIBED["zendesk"].OTHERWISE, "no record", "record-missing")
    assert misjudged("zendesk") == [("no record", "record-missing", "")]


def test_long_texts_are_stored_as_runs() -> None:
    for proof in ("short", "x" * 1_000_000, "a.b" + "eHh4" * 300_000 + ".signed", "no run " * 3 + "z" * 9_000):
        assert whole(squeezed(proof)) == proof
        assert len(json.dumps(squeezed(proof))) < 200


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
