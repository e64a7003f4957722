"""Scoring in the background, because the host said that a record changed."""

from __future__ import annotations

import pytest

from app.errors import HostUnavailable, LaunchRefused
from tests.core import server as core
from tests.world import LEAD, World


def handle(world: World, payload: dict[str, str]) -> None:
    """As the runner does, but what is raised is seen."""
    world.runner._handlers["rescore"](payload)


def test_a_changed_record_is_scored_before_anybody_looks(world: World) -> None:
    world.looked_at()
    world.event(LEAD)
    assert world.run_jobs() == 2  # of the connection, and of the one that reads through it
    assert [each["connection"] for each in world.audited("answer.given")] == ["acme", "acme-pages"] * 2
    asked = world.core.asked
    world.frame_token()
    assert world.core.asked == asked


def test_a_record_that_nobody_looked_at_is_not_scored(world: World) -> None:
    """A bulk change of a hundred thousand records must not become as many questions to the core."""
    world.event(LEAD)
    assert world.run_jobs() == 0
    assert world.core.asked == 0


def test_what_went_wrong_is_raised_so_that_it_is_tried_again(world: World) -> None:
    world.api.status = 503
    with pytest.raises(HostUnavailable):
        handle(world, {"connection": "acme", "record": LEAD})


def test_a_connection_that_is_gone_is_no_connection(world: World) -> None:
    with pytest.raises(LaunchRefused):
        handle(world, {"connection": "gone", "record": LEAD})


@pytest.mark.parametrize(
    "job", [{"connection": "acme", "record": "Case/1"}, {"connection": "acme-carried", "record": LEAD}]
)
def test_what_cannot_be_scored_is_done(world: World, job: dict[str, str]) -> None:
    handle(world, job)
    assert world.core.asked == 0


def test_a_score_that_was_in_the_air_when_the_record_changed_is_made_again(world: World) -> None:
    def changes_meanwhile(asked: core.Core, handler: core.Handler, body: bytes) -> None:
        world.event(LEAD)
        asked.score = 31
        core.well(asked, handler, body.replace(b"x", b"x"))

    world.core.behave(changes_meanwhile, times=1)
    handle(world, {"connection": "acme", "record": LEAD})
    assert world.core.asked == 2
