"""Scores ahead: in batches, what is due only, by the rules, within limits; what went wrong is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from limits import parse

from app.db import leases
from app.db.jobs import Postponed
from app.errors import HostUnavailable
from app.launch import Record
from app.scoring.warming import Tally
from tests.core import server as core
from tests.warm import leads, warming
from tests.world import World
from tests.world import world as make_world


def score(world: World, records: list[Record], patience_s: float = 0.0, **how: Any) -> Tally:
    connection = world.parts.connections.get("acme")
    return world.parts.warmer.score(connection, connection.capabilities[0], records, patience_s, **how)


def test_many_are_one_question_each_to_host_and_core(world: World) -> None:
    records = leads(world, 200)
    tally = score(world, records)
    assert (tally.scored, tally.fresh, tally.failed) == (200, 0, {})
    assert (world.core.asked, world.api.calls) == (1, ["token", "read"])
    assert len(world.audited("answer.given")) == 200


def test_what_is_fresh_is_left_alone(world: World) -> None:
    records = leads(world, 5)
    score(world, records[:3])
    tally = score(world, records)
    assert (tally.scored, tally.fresh) == (2, 3)
    assert len(world.core.requests[1][1]["items"]) == 2
    world.clock.now += 901
    assert score(world, records).scored == 5


def test_viewers_find_what_was_scored_ahead(world: World) -> None:
    [lead] = leads(world, 1)
    score(world, [lead])
    asked = world.core.asked
    page = world.launch(
        **{"context.environment.record.Id": lead.id, "context.environment.parameters.recordId": lead.id}
    )
    assert page.status_code == 200
    assert world.core.asked == asked


def test_only_what_the_rules_call_high(world: World) -> None:
    with warming(world) as here:
        tally = score(here, leads(here, 10, large=4), priority_only=True)
        assert (tally.scored, tally.low) == (4, 6)
        assert score(here, leads(here, 10, large=4)).scored == 6


def test_without_rules_all_are_high(world: World) -> None:
    assert score(world, leads(world, 3), priority_only=True).scored == 3


def test_what_cannot_be_scored_is_told_apart(world: World) -> None:
    records = [*leads(world, 2), Record("Lead", "00QAB000000goneAAA")]

    def one_bad(asked: core.Core, handler: core.Handler, body: bytes) -> None:
        results = [core.good(), {"error": {"code": "insufficient-features", "missing": ["activity"]}}]
        core.says({"results": results})(asked, handler, body)

    world.core.behave(one_bad)
    tally = score(world, records)
    assert (tally.scored, tally.insufficient, tally.failed) == (1, 1, {"record-not-readable": 1})
    assert tally.trouble is None


@pytest.mark.parametrize(
    ("behaviour", "reason", "passes"),
    [
        (core.status(503), "core-status-503", True),
        (core.says({"results": [{"error": {"code": "internal"}}]}), "core-error-internal", False),
        (core.GARBAGE, "", False),
    ],
)
def test_only_what_is_not_about_one_record_and_may_pass_is_trouble(
    world: World, behaviour: core.Behaviour, reason: str, passes: bool
) -> None:
    records = leads(world, 1)
    world.core.behave(behaviour)
    tally = score(world, records)
    assert sum(tally.failed.values()) == 1
    assert reason in next(iter(tally.failed))
    assert (tally.trouble is not None) == passes


def test_a_core_is_asked_no_faster_than_it_may_be(world: World) -> None:
    with warming(world, core="10/second") as here:
        records = leads(here, 60)
        assert score(here, records[:30]).scored == 30
        with pytest.raises(Postponed) as later:
            score(here, records[30:], patience_s=2.9)
        assert later.value.retry_after_s == pytest.approx(3.0)
        here.clock.now += 3
        assert score(here, records[30:]).scored == 30


def test_who_has_patience_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    with warming(world, core="10/second") as here:
        monkeypatch.setattr(here.parts.warmer, "_sleep", waits.append)
        records = leads(here, 40)
        score(here, records[:20])
        score(here, records[20:], patience_s=float("inf"))
    assert waits == pytest.approx([2.0])


def test_a_host_is_called_no_faster_than_it_may_be(world: World) -> None:
    with warming(world, limit_calls=parse("60/minute")) as here:
        records = leads(here, 2)
        assert score(here, records[:1]).scored == 1
        with pytest.raises(Postponed):
            score(here, records[1:])


def test_a_page_of_the_hosts_own_list_with_those_that_are_high(world: World) -> None:
    with warming(world) as here:
        records = leads(here, 230, large=3)
        connection = here.parts.connections.get("acme")
        listed = here.parts.warmer.listed
        page, high = listed(connection, connection.capabilities[0], "Lead", "", 0.0)
        assert (page, high) == (records[:200], records[:3])
        page, high = listed(connection, connection.capabilities[0], "Lead", page[-1].id, 0.0)
        assert (page, high) == (records[200:], [])
        assert listed(connection, connection.capabilities[0], "Lead", records[-1].id, 0.0) == ([], [])


def test_a_host_that_is_away_is_raised_where_the_rules_need_it(world: World) -> None:
    with warming(world) as here:
        records = leads(here, 1)
        here.api.status = 503
        with pytest.raises(HostUnavailable):
            score(here, records, priority_only=True)


def test_what_somebody_was_asking_who_was_killed_is_asked_again(tmp_path: Path) -> None:
    with make_world(tmp_path, wait="300ms") as world:  # so long it is looked whether that one answers
        records = leads(world, 3)
        with world.parts.database.begin() as conn:
            key = f"acme|lead_score|||{records[1]}"
            assert leases.take(conn, {key: 0}, "a process that is gone", world.clock.now, world.clock.now + 5)
        tally = score(world, records)
        assert (tally.scored, type(tally.trouble)) == (2, Postponed)  # a job waits, and has not ended
        world.clock.now += 6
        tally = score(world, records)
        assert (tally.scored, tally.fresh, tally.trouble) == (1, 2, None)
