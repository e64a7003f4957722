"""Connections: what is refused at start, who reads through whom, and the integration identity's token."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.connections import Connection, Connections
from app.errors import ConfigError, HostUnavailable, LaunchRefused
from app.hosts._oauth import IntegrationTokens
from app.launch import Record
from app.metrics import NullMetrics
from app.net.door import Door
from tests.world import LEAD, World


def made(world: World, **changes: dict[str, Any]) -> Connections:
    """The world's connections, some of them changed."""
    names = {name.replace("_", "-"): change for name, change in changes.items()}
    changed = {name: replace(each, **names.get(name, {})) for name, each in world.settings.connections.items()}
    door = Door(world.settings.server.allow_private, metrics=NullMetrics())
    settings = replace(world.settings, connections=changed)
    return Connections(settings, door, IntegrationTokens(door, world.clock), NullMetrics())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"acme": {"host": "fax"}}, "host 'fax' is not known"),
        ({"acme": {"secrets": ()}}, "secrets is not set"),
        ({"acme_pages": {"issuer": ""}}, "issuer is not set"),
        ({"acme_pages": {"records_from": "nowhere"}}, "records_from names 'nowhere'"),
    ],
)
def test_half_a_connection_is_refused_with_its_name(world: World, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        made(world, **changes)
    [problem] = refusal.value.problems
    assert said in str(problem)
    assert problem.where == f"[connections.{next(iter(changes)).replace('_', '-')}]"
    assert problem.mend


def test_an_unknown_one_is_a_refused_launch(world: World) -> None:
    with pytest.raises(LaunchRefused) as refusal:
        world.parts.connections.get("no-such")
    assert refusal.value.reason == "connection-unknown"
    assert "no-such" not in world.parts.connections


def test_who_reads_through_whom(world: World) -> None:
    connections = world.parts.connections
    assert connections.readers_of("acme") == ("acme", "acme-pages")
    assert connections.readers_of("acme-carried") == ("acme-carried",)
    can = {each.name: connections.can_read(each) for each in connections}
    assert can == {"acme": True, "acme-pages": True, "acme-carried": False}


def read(world: World, connection: Connection, *records: str) -> dict[str, Any]:
    [capability] = connection.capabilities
    rows = world.parts.connections.read(connection, capability, [Record.parse(each) for each in records])
    return {str(record): row for record, row in rows.items()}


@pytest.mark.parametrize("name", ["acme", "acme-pages"])
def test_fields_are_called_as_the_capability_calls_them(world: World, name: str) -> None:
    row = read(world, world.parts.connections.get(name), LEAD)[LEAD]
    assert row == {"activity": 3, "company_size": 250, "revenue": 1_000_000}


def test_what_the_host_does_not_have_is_left_out(world: World) -> None:
    connection = world.parts.connections.get("acme")
    assert list(read(world, connection, LEAD, "Lead/00QAB000009LeadAA2")) == [LEAD]


def test_a_dead_identity_token_is_fetched_anew_once(world: World) -> None:
    connection = world.parts.connections.get("acme")
    read(world, connection, LEAD)
    world.api.dead.add("integration-1")
    assert read(world, connection, LEAD)
    assert world.api.calls.count("token") == 2
    world.api.dead |= {f"integration-{n}" for n in range(20)}
    with pytest.raises(HostUnavailable) as failure:
        read(world, connection, LEAD)
    assert failure.value.reason == "integration-identity-refused"


def test_a_host_that_is_out_of_order_is_unavailable(world: World) -> None:
    connection = world.parts.connections.get("acme")
    world.api.status = 503
    with pytest.raises(HostUnavailable):
        read(world, connection, LEAD)
