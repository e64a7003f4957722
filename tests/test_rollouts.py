"""Roll-out: who is shown what, from when on, and how soon every process knows."""

from __future__ import annotations

import math

import pytest

from app.errors import BadRequest
from app.rollouts import Reach, Rollout, Rollouts
from tests.world import Clock, World

VIEWERS = [f"005-{n}" for n in range(2_000)]


@pytest.fixture
def made(world: World) -> Rollouts:
    return rollouts(world)


def rollouts(world: World) -> Rollouts:
    return Rollouts(world.parts.database, world.parts.audit, world.parts.epochs, world.clock)


def decide(made: Rollouts, reach: Reach, component: str = "", starts_at: float = 0.0, **more: object) -> Rollout:
    return made.set(Rollout("acme", component, reach, starts_at, **more), "Ada")  # type: ignore[arg-type]


def shown(made: Rollouts, component: str = "score-badge") -> set[str]:
    return {viewer for viewer in VIEWERS if made.shows("acme", component, viewer)}


def test_where_nobody_decided_all_are_shown(made: Rollouts) -> None:
    assert shown(made) == set(VIEWERS)
    assert made.until("acme") == math.inf


def test_off_is_off_for_all_and_for_this_connection_only(made: Rollouts) -> None:
    decide(made, Reach.OFF)
    assert shown(made) == set()
    assert made.shows("acme-pages", "score-badge", VIEWERS[0])
    decide(made, Reach.ALL)
    assert shown(made) == set(VIEWERS)


def test_a_component_is_switched_off_alone_and_shown_only_where_its_connection_is(made: Rollouts) -> None:
    decide(made, Reach.OFF, "score-card")
    assert (shown(made, "score-card"), shown(made)) == (set(), set(VIEWERS))
    decide(made, Reach.ALL, "score-card")
    decide(made, Reach.OFF)
    assert shown(made, "score-card") == set()


def test_named_viewers_are_shown_and_nobody_else(made: Rollouts) -> None:
    decide(made, Reach.VIEWERS, viewers=frozenset(VIEWERS[:2]))
    assert shown(made) == set(VIEWERS[:2])


def test_a_share_is_about_right_stable_and_grows_by_newcomers_only(made: Rollouts) -> None:
    before: set[str] = set()
    for percent in (0.0, 5.0, 25.0, 60.0, 100.0):
        decide(made, Reach.PERCENT, percent=percent)
        now = shown(made)
        assert before <= now == shown(made)
        assert abs(len(now) / len(VIEWERS) * 100 - percent) < 4
        before = now
    assert len(before) == len(VIEWERS)


def test_a_plan_holds_from_its_time_on(made: Rollouts, world: World) -> None:
    clock: Clock = world.clock
    decide(made, Reach.OFF)
    decide(made, Reach.ALL, starts_at=clock.now + 3600)
    assert shown(made) == set()
    assert made.until("acme") == clock.now + 3600
    assert [one.reach for one in made.plan("acme")] == [Reach.OFF, Reach.ALL]
    clock.now += 3600
    assert shown(made) == set(VIEWERS)
    assert made.until("acme") == math.inf
    assert [one.reach for one in made.plan("acme")] == [Reach.ALL]


def test_a_switch_now_ends_what_was_planned(made: Rollouts, world: World) -> None:
    decide(made, Reach.ALL, starts_at=world.clock.now + 60)
    decide(made, Reach.OFF)
    world.clock.now += 120
    assert shown(made) == set()


def test_another_process_knows_at_its_next_look(world: World) -> None:
    mine = rollouts(world)
    with world.another() as other:
        theirs = rollouts(other)
        assert shown(theirs) == set(VIEWERS)
        decide(mine, Reach.OFF)
        other.parts.epochs.look()
        assert shown(theirs) == set()


@pytest.mark.parametrize(
    ("reach", "more"),
    [
        (Reach.PERCENT, {"percent": 101.0}), (Reach.PERCENT, {"percent": -1.0}),
        (Reach.PERCENT, {"percent": math.nan}), (Reach.VIEWERS, {}),
    ],
)  # fmt: skip
def test_what_makes_no_sense_changes_nothing(made: Rollouts, reach: Reach, more: dict[str, object]) -> None:
    with pytest.raises(BadRequest):
        decide(made, reach, **more)
    assert made.plan("acme") == []


def test_every_decision_is_audited_without_the_viewers_names(made: Rollouts, world: World) -> None:
    decide(made, Reach.VIEWERS, "score-card", viewers=frozenset({"zoe-the-first"}))
    [row] = world.audited("rollout.set")
    assert (row["admin"], row["reach"], row["component"], row["viewers"]) == ("Ada", "viewers", "score-card", 1)
    assert "zoe" not in str(row)


def test_when_it_was_first_rolled_out_to_anybody(made: Rollouts, world: World) -> None:
    assert made.began("acme") is None
    decide(made, Reach.OFF)
    decide(made, Reach.ALL, starts_at=world.clock.now + 7200)
    assert made.began("acme") is None
    world.clock.now += 3600
    decide(made, Reach.PERCENT, "score-badge", percent=10.0)
    first = world.clock.now
    world.clock.now += 86_400
    decide(made, Reach.ALL)
    assert made.began("acme") == first
    assert made.began("acme-pages") is None
