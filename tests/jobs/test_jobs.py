"""The list of kinds: each has a handler and a lane."""

from __future__ import annotations

from app.events.notices import CHANGES, SUBSCRIBE
from app.jobs._lanes import LANES
from app.scoring.ahead import SCHEDULE, WARM
from app.scoring.backlog import SCORE
from tests.world import World


def test_every_kind_has_one_lane_and_every_lane_only_kinds_that_there_are(shared: World) -> None:
    kinds = [kind for lane in LANES for kind in lane.kinds]
    assert sorted(kinds) == sorted(shared.runner._handlers)
    assert {CHANGES, SUBSCRIBE, SCHEDULE, SCORE, WARM} <= {*kinds}
