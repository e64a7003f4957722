"""A run over the host's list, as a job."""

from __future__ import annotations

from app.jobs import warm
from tests.warm import leads, warming
from tests.world import World


def test_it_scores_what_is_high_from_its_place_on(world: World) -> None:
    with warming(world) as here:
        records = leads(here, 20, large=10)
        place = {"connection": "acme", "capability": "lead_score", "type": "Lead", "after": records[3].id}
        warm.handle(here.parts.ahead, place)
        assert [each["record"] for each in here.audited("answer.given")] == [str(each) for each in records[4:10]]
