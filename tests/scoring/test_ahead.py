"""What comes back by itself: schedules, and their runs over the host's list."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.db import Database
from app.db.dead_jobs import depths
from app.errors import CoreUnavailable, HostUnavailable
from app.scoring import ahead as station
from tests.core import server as core
from tests.warm import DAY_S, leads, warming
from tests.world import World


@pytest.fixture
def here(world: World) -> Iterator[World]:
    with warming(world) as made:
        yield made


def waiting(database: Database, now: float) -> list[tuple[str, float]]:
    """Each kind of job in the table, and in how many seconds its first is due."""
    return [(each.kind, round(each.since - now)) for each in depths(database, now)]


def test_everything_that_comes_back_is_begun_once(here: World) -> None:
    for _ in range(3):
        here.parts.ahead.begin()
    assert waiting(here.parts.database, here.clock.now) == [("schedule", DAY_S)]


def test_a_deployment_that_wants_none_of_it_has_no_jobs(world: World) -> None:
    with warming(world, warm=None) as here:
        here.parts.ahead.begin()
        assert waiting(here.parts.database, here.clock.now) == []


def test_when_it_is_time_the_high_records_are_scored_and_the_next_time_is_set(here: World) -> None:
    leads(here, 450, large=7)
    here.parts.ahead.begin()
    here.clock.now += DAY_S
    here.run_jobs()
    assert len(here.audited("answer.given")) == 7
    assert here.core.asked == 1
    assert ("schedule", DAY_S) in waiting(here.parts.database, here.clock.now)
    assert not here.parts.ahead._schedule_next(here.parts.connections.get("acme-pages"))


def test_a_run_gives_way_after_a_while_and_goes_on_where_it_was(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(station, "GO_S", 0.0)  # it is always over: nothing is done, nothing is lost
    leads(here, 450, large=450)
    here.parts.ahead.run("acme", "lead_score", "Lead", "")
    assert (here.core.asked, waiting(here.parts.database, here.clock.now)) == (0, [("warm", 0)])
    monkeypatch.undo()
    here.run_jobs()
    assert len(here.audited("answer.given")) == 450


def test_a_run_waits_for_its_quota_without_asking_the_host(world: World) -> None:
    with warming(world, core="10/second") as here:
        leads(here, 400, large=400)
        here.parts.ahead.run("acme", "lead_score", "Lead", "")
        assert len(here.audited("answer.given")) == 200
        assert here.api.calls == ["token", "read", "read"]  # the first page, and what was high of it
        assert waiting(here.parts.database, here.clock.now) == [("warm", 20)]
        here.clock.now += 20
        here.run_jobs()
        assert len(here.audited("answer.given")) == 400


def test_trouble_is_raised_so_that_it_is_tried_again(here: World) -> None:
    leads(here, 3, large=3)
    here.core.behave(core.status(503))
    with pytest.raises(CoreUnavailable):
        here.parts.ahead.run("acme", "lead_score", "Lead", "")
    here.core.behave()
    here.api.status = 503
    with pytest.raises(HostUnavailable):
        here.parts.ahead.run("acme", "lead_score", "Lead", "")


@pytest.mark.parametrize("asked", [("gone", "lead_score"), ("acme", "gone"), ("acme-carried", "lead_score")])
def test_what_is_configured_no_more_is_done(here: World, asked: tuple[str, str]) -> None:
    here.parts.ahead.run(*asked, "Lead", "")
    here.parts.ahead.score(*asked, [])
    here.parts.ahead.schedule(asked[0])
    assert here.api.calls == []


def test_a_connection_that_is_switched_off_costs_nothing(world: World) -> None:
    with warming(world, rollout=False) as here:
        leads(here, 3, large=3)
        here.parts.ahead.run("acme", "lead_score", "Lead", "")
        assert here.api.calls == []
