"""Signer and verifier were written apart: the simulated CRM's tokens hold against the host."""

from __future__ import annotations

from dataclasses import replace

from app.demo.crm.desk import Desk
from app.demo.crm.people import PEOPLE
from app.hosts._keys import KeySets
from app.hosts.guest import GUEST
from app.launch import LaunchRequest, Record
from tests.hosts._door import ScriptedDoor
from tests.hosts._proofs import CLOCK, guest
from tests.hosts.conftest import CRM, Call


def test_a_token_of_its_backend(desk: Desk, call: Call) -> None:
    leads = [f"Lead/{lead.id}" for lead in desk.leads.page(PEOPLE["zoe"]).leads]
    settings = replace(
        guest().connection,
        origins=(CRM,),
        issuer=CRM,
        audience=desk.config.inlay,
        jwks_url=f"{CRM}/jwks.json",
    )
    proof = desk.guest.token(PEOPLE["layla"], "score-badge", leads, now=CLOCK)
    request = LaunchRequest(proof, "score-badge", (Record.parse(leads[0]),), CRM, CLOCK)
    launch = GUEST.verify(request, settings, KeySets(ScriptedDoor(call)))
    assert [str(record) for record in launch.records] == leads
    assert launch.viewer.name == PEOPLE["layla"].name
    assert launch.unknown_claims == ()
