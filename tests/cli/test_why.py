"""`inlay why`: the failing layer, for people and for programs."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from tests.cli.written import written
from tests.world import World


def run(world: World, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["why", "-c", str(written(world)), "-k", "acme-pages", *arguments])


def test_the_failing_layer_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", world.clock)
    assert run(world).exit_code == 0
    world.exchange(aud="https://somebody-else.example")
    result = run(world)
    assert result.exit_code == 1
    assert "It fails at: audience. Write audience as the host writes it" in result.output
    said = json.loads(run(world, "--json").output)
    assert said["fails"] == "audience"
    assert {each["layer"] for each in said["layers"]} >= {"key", "clock", "core"}
