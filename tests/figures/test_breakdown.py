"""The month in parts: each row adds up, and says nothing where nothing was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from limits import parse

from app.figures.breakdown import calls, conversions, filled, first_view, lines, wanted
from app.figures.names import (
    HOST_CALLS,
    HOST_FAILED,
    ROAD,
    VIEWS_SHOWN,
    answered,
    became,
    core_calls,
    core_failed,
    core_records,
    feature,
)
from app.figures.sketch import Sketch
from app.figures.stored import Figure
from app.figures.summary import Summary, summary
from tests.world import World


def read(world: World, connection: str = "") -> Summary:
    names = wanted(list(world.settings.cores.values()), ["revenue", "activity"])
    return summary(world.parts.figures.stored, connection, world.clock.now, more=names)


def added(world: World, *rows: Figure) -> None:
    world.parts.figures.stored.add(rows, {("acme", "zoe")}, world.clock.now)


def test_connections_in_rows_the_most_looked_at_first(world: World) -> None:
    road = Sketch()
    road.add(0.2, 10)
    added(
        world,
        Figure("acme", "score-badge", VIEWS_SHOWN, 7),
        Figure("acme", "score-badge", answered("ready"), 6),
        Figure("acme", "score-badge", answered("stale"), 2),
        Figure("acme", "score-badge", answered("unavailable"), 2),
        Figure("acme", "score-badge", ROAD, 10, road),
    )
    known = {
        "acme-pages": world.settings.connections["acme-pages"],
        "acme": replace(world.settings.connections["acme"], entitled=40),
    }
    first, second = lines(world.parts.figures.stored, "connection", known, world.clock.now)
    assert (first.name, first.views, first.failed, first.fresh) == ("acme", 7, 0.2, 0.75)
    assert (first.p95, first.viewers_week, first.entitled) == (pytest.approx(0.2, rel=0.01), 1, 40)
    assert (second.name, second.views, second.failed, second.fresh, second.p95) == ("acme-pages", 0, None, None, None)
    [badge] = lines(world.parts.figures.stored, "component", {}, world.clock.now, "acme")
    assert (badge.name, badge.views) == ("score-badge", 7)


def test_what_is_called_beside_how_fast_it_may_be(world: World) -> None:
    added(
        world,
        Figure("", "", core_calls("main"), 50),
        Figure("", "", core_failed("main"), 5),
        Figure("", "", core_records("main"), 600),
        Figure("acme", "", HOST_CALLS, 120),
        Figure("acme", "", HOST_FAILED, 30),
    )
    core = replace(world.settings.cores["main"], limit_records=parse("2/second"))
    acme = world.settings.connections["acme"]
    limited = replace(world.settings.connections["acme-pages"], limit_calls=parse("30/minute"))
    known = {"acme": acme, "acme-pages": limited, "acme-carried": world.settings.connections["acme-carried"]}
    rows = calls(world.parts.figures.stored, read(world), [core], known, world.clock.now)
    assert [(row.name, row.kind, row.calls, row.failed, row.minute, row.limit) for row in rows] == [
        ("main", "core", 50, 0.1, 10.0, 120.0),
        ("acme", "host", 120, 0.25, 2.0, None),
        ("acme-pages", "host", 0, None, 0.0, 30.0),
    ]


def test_fields_that_are_missing_most_come_first(world: World) -> None:
    added(
        world,
        Figure("acme", "", feature("activity", "filled"), 10),
        Figure("acme", "", feature("revenue", "filled"), 3),
        Figure("acme", "", feature("revenue", "missing"), 1),
    )
    rows = filled(read(world), ["activity", "revenue", "never_asked"])
    assert [(row.name, row.filled, row.missing) for row in rows] == [("revenue", 3, 0.25), ("activity", 10, 0.0)]


def test_outcomes_by_band_once_a_host_tells_any(world: World) -> None:
    assert conversions(read(world)) == []
    added(
        world,
        Figure("acme", "", became("high", "converted"), 3),
        Figure("acme", "", became("high", "not-converted"), 1),
        Figure("acme", "", became("low", "not-converted"), 4),
    )
    rows = {row.band: (row.told, row.converted, row.rate) for row in conversions(read(world))}
    assert rows == {"high": (4, 3, 0.75), "medium": (0, 0, None), "low": (4, 0, 0.0)}


def test_the_time_to_the_first_view(world: World) -> None:
    stored, now = world.parts.figures.stored, world.clock.now
    assert first_view(stored, "acme", now - 3_000, now) is None
    added(world, Figure("acme", "score-badge", VIEWS_SHOWN, 1))
    assert 3_000 <= (first_view(stored, "acme", now - 3_000, now) or 0) <= 3_300
