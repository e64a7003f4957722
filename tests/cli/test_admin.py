"""`inlay admin link`: the first admin comes in by it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from tests.cli.written import written
from tests.world import World


def run(world: World, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["admin", "link", "-c", str(written(world)), *arguments])


def test_the_link_lets_its_bearer_in_as_what_was_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", world.clock)
    result = run(world, "--name", "Ada", "--role", "auditor", "-k", "acme")
    assert result.exit_code == 0
    place, _, code = result.stdout.strip().partition("#")
    assert place == "https://inlay.example.com/admin/enter"
    admin = world.parts.admins.load(world.parts.admins.enter(code))
    assert (admin.name, admin.role, admin.connections) == ("Ada", "auditor", {"acme"})


def test_for_a_program(world: World) -> None:
    said = json.loads(run(world, "--json").stdout)
    assert said["role"] == "operator"
    assert said["url"].startswith("https://inlay.example.com/admin/enter#")


def test_a_connection_that_is_not_there_is_said(world: World) -> None:
    result = run(world, "-k", "acne")
    assert result.exit_code == 2
    assert "there is no connection 'acne'" in result.stderr
