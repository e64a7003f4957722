"""Services of several connections: each reaches what is its own, by key and by token, and nothing of another's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.application import create_app
from app.config.machines import Machine
from tests.hosts._proofs import FixedKeys
from tests.machines.callers.test_tokens import AUDIENCE, ISSUER, token
from tests.machines.callers.world import ROW, at, bring, key, lines, row
from tests.world import LEAD, World, running

PLACE = f"/api/v1/scores/lead_score/{LEAD}"


def test_what_one_connection_s_service_brings_another_s_never_sees(world: World) -> None:
    acme, carried = key(world), key(world, connection="acme-carried")
    assert bring(world, acme, lines(ROW), batch="same").status_code == 200
    assert world.client.get(PLACE, headers=carried).json["state"] == "empty"
    # a batch's name is its connection's own
    assert bring(world, carried, lines(row(score=11)), batch="same").status_code == 200
    assert world.client.get(PLACE, headers=carried).json["score"] == 11
    assert world.client.get(PLACE, headers=acme).json["score"] == 88.5
    [mine, theirs] = world.audited("scores.imported")
    assert (mine["connection"], theirs["connection"]) == ("acme", "acme-carried")


def test_a_token_of_the_customer_s_issuer_reads_and_opens_nothing_else(world: World, tmp_path: Path) -> None:
    machines = {"0oa1b2c3": Machine("warehouse", ("lead_score",), ("read", "import"), ("activity",))}
    acme = replace(
        world.settings.connections["acme"],
        machine_issuer=ISSUER, machine_audience=AUDIENCE, machine_jwks_url=f"{ISSUER}/keys", machines=machines,
    )  # fmt: skip
    settings = replace(world.settings, connections={**world.settings.connections, "acme": acme})
    with running(settings, world.clock) as (parts, _):
        object.__setattr__(parts.callers, "_sources", FixedKeys("rs"))
        client = create_app(parts).test_client()
        proof = token()
        bearer = {"Authorization": f"Bearer {proof}"}
        told = client.get(PLACE, headers=bearer)
        assert told.status_code == 200, told.text
        assert [each["label"] for each in told.json["factors"]] == ["Asked for a demo"]
        body = lines(row(computed_at=at(-10)))
        address = "/api/v1/scores?capability=lead_score&batch=b"
        assert client.put(address, data=body, content_type="application/jsonl", headers=bearer).status_code == 200
        [imported] = world.audited("scores.imported")
        assert (imported["service"], imported["proof"]) == ("warehouse", "token")
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": proof,
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "component": "score-badge", "records": [LEAD],
        }  # fmt: skip
        for connection in ("acme", "acme-pages", "acme-carried"):
            assert client.post("/session", data=form | {"connection": connection}).status_code in (400, 403)
        assert client.get(f"/components/score-badge?record={LEAD}", headers=bearer).status_code == 401
