"""Who calls: refusals are written once, and whoever guesses much has to wait."""

from __future__ import annotations

from dataclasses import replace

from limits import parse

from app.application import create_app
from tests.machines.callers.world import key
from tests.world import LEAD, World, running

PLACE = f"/api/v1/scores/lead_score/{LEAD}"


def test_guesses_are_written_once_and_then_have_to_wait(world: World) -> None:
    server = replace(world.settings.server, limit_refused=parse("20/minute"))
    with running(replace(world.settings, server=server), world.clock) as (parts, _):
        client = create_app(parts).test_client()
        mine = key(replace(world, parts=parts))
        guesses = [client.get(PLACE, headers={"Authorization": f"Bearer guess-{n}"}).status_code for n in range(30)]
        assert guesses.count(401) in (19, 20)
        assert guesses[-1] == 429
        assert len(world.audited("service.refused")) == 1
        assert client.get(PLACE, headers=mine).status_code == 200  # whoever is known is never asked this


def test_how_the_header_is_spelt_does_not_matter(shared: World) -> None:
    proof = key(shared, service="spelt")["Authorization"].partition(" ")[2]
    for header in (f"bearer {proof}", f"BEARER  {proof} "):
        assert shared.client.get(PLACE, headers={"Authorization": header}).status_code == 200
