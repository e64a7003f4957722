"""First looks that could wait, as a job: scored once, tried again while host or core are away."""

from __future__ import annotations

import pytest

from app.errors import CoreUnavailable
from app.jobs import score
from tests.core import server as core
from tests.warm import leads, warming
from tests.world import World


def test_records_are_scored_in_one_question_and_only_once(world: World) -> None:
    with warming(world) as here:
        job = {"connection": "acme", "capability": "lead_score", "records": [str(each) for each in leads(here, 3)]}
        here.core.behave(core.status(503))
        with pytest.raises(CoreUnavailable):
            score.handle(here.parts.ahead, job)
        here.core.behave()
        here.clock.now += 4  # what failed a moment ago is not asked again
        asked = here.core.asked
        for _ in range(3):
            score.handle(here.parts.ahead, job)
        assert here.core.asked == asked + 1
        assert len(here.audited("answer.given")) == 3
