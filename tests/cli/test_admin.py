"""`inlay admin`: the first admin comes in by a link, and whoever should not be here any more is sent away."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from app.admins import Role
from app.cli import main
from app.errors import SessionExpired, SignInOver
from tests.cli.written import written
from tests.world import World


def run(world: World, *arguments: str, command: str = "link") -> Result:
    return CliRunner().invoke(main, ["admin", command, "-c", str(written(world)), *arguments])


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


def test_whoever_is_sent_away_is_not_here_any_more(world: World) -> None:
    admins = world.parts.admins
    eve, ada = (admins.enter(admins.link(name, Role.OPERATOR)) for name in ("Eve", "Ada"))
    unused = admins.link("Eve", Role.OPERATOR)
    assert run(world, "--name", "Eve", command="end").stdout == "Ended 1 sessions and 1 links.\n"
    assert admins.load(ada).name == "Ada"
    with pytest.raises(SessionExpired):
        admins.load(eve)
    with pytest.raises(SignInOver):
        admins.enter(unused)
    [row] = world.audited("admin.left")
    assert (row["admin"], row["how"]) == ("Eve", "ended")
    assert run(world, "--all", command="end").exit_code == 0
    with pytest.raises(SessionExpired):
        admins.load(ada)


@pytest.mark.parametrize("arguments", [(), ("--name", "Ada", "--all")])
def test_nobody_is_sent_away_by_a_slip(world: World, arguments: tuple[str, ...]) -> None:
    ada = world.parts.admins.enter(world.parts.admins.link("Ada", Role.OPERATOR))
    assert run(world, *arguments, command="end").exit_code == 2
    assert world.parts.admins.load(ada)
