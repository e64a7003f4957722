"""A small world whose connection has priority rules and a schedule, for the tests of work ahead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from limits import parse

from app.application import create_app
from app.config import ConnectionSettings, Rule, Schedule
from app.config.rules import Condition
from app.launch import Record
from tests.world import World, running

DAY_S = 86_400.0
LARGE = Rule((("company_size", Condition(at_least=200)),))


@contextmanager
def warming(world: World, *, core: str = "", **changes: Any) -> Iterator[World]:
    """The same world, with rules: large companies first. `core` is its limit, `changes` are the connection's."""
    acme: ConnectionSettings = replace(
        world.settings.connections["acme"],
        **({"priority": {"lead_score": (LARGE,)}, "warm": Schedule(DAY_S)} | changes),
    )
    main = replace(world.settings.cores["main"], limit_records=parse(core) if core else None)
    settings = replace(
        world.settings,
        connections={**world.settings.connections, "acme": acme},
        cores={"main": main},
    )
    with running(settings, world.clock) as (parts, runner):
        yield replace(world, settings=settings, parts=parts, runner=runner, client=create_app(parts).test_client())


def leads(world: World, count: int, large: int = 0) -> list[Record]:
    """So many leads at the host instead of those that were there, some of a large company."""
    world.api.rows.clear()
    found = []
    for n in range(count):
        record = Record("Lead", f"00QAB{n:07}xxxAAA")
        size = 500 if n < large else 10
        world.api.rows[record.id] = {"activity": n % 9, "company_size": size, "AnnualRevenue": 1_000}
        found.append(record)
    return found
