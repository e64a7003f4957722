"""`inlay check`: exit codes, lines for people, one object for programs; it changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from tests.cli.written import written
from tests.core.server import status
from tests.world import World

# no other machine is asked: the tests' public address and key set are on this one, or left out
HERE = {
    'public_url = "https://inlay.example.com"': 'public_url = "http://localhost:8000"',
    'jwks_url = "https://app.acme.example/jwks.json"\nrecords_from': "records_from",
    'jwks_url = "https://app.acme.example/jwks.json"': "",
}


def run(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", "-c", str(path), *arguments])


def test_when_all_is_well_it_says_what_it_looked_at(world: World) -> None:
    result = run(written(world, HERE))
    assert result.exit_code == 0, result.output
    for line in ("ok      database: ", "ok      core main: ", "ok      connection acme: ", "ok      clocks: "):
        assert line in result.output
    assert "problem" not in result.output
    assert world.audited("session.revoked") == []


def test_each_problem_is_a_line_with_its_mend(world: World) -> None:
    world.core.behave(status(503))
    world.parts.framings.count("acme", "https://evil.example")
    result = run(written(world, HERE))
    assert result.exit_code == 1
    [line] = [line for line in result.output.splitlines() if line.startswith("problem")]
    assert "core main" in line
    assert "[cores.main] url" in line
    assert "https://evil.example tried to frame a panel 1 times" in result.output


def test_for_a_program_it_is_one_object(world: World) -> None:
    world.core.behave(status(503))
    result = run(written(world, HERE), "--json")
    said = json.loads(result.stdout)
    assert (result.exit_code, said["ok"]) == (1, False)
    assert {"level", "where", "what", "mend"} == set(said["findings"][0])


@pytest.mark.parametrize(
    ("old", "new"), [("limit_refused", "limit_refuse"), ('"score-badge", "score-card"', '"crystal-ball"')]
)
def test_a_configuration_that_is_refused(world: World, old: str, new: str) -> None:
    path = written(world, HERE | {old: new})
    result, program = run(path), run(path, "--json")
    assert (result.exit_code, program.exit_code) == (2, 2)
    assert new.strip('"') in result.output
    assert json.loads(program.stdout)["ok"] is False


def test_a_database_that_is_not_there_is_not_made(world: World) -> None:
    path = written(world, {**HERE, "/inlay.db": "/other.db"})
    result = run(path)
    assert (result.exit_code, "inlay db upgrade" in result.output) == (1, True)
    assert not (world.folder / "other.db").exists()


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    result = run(tmp_path / "no.toml")
    assert (result.exit_code, "inlay init" in result.output) == (2, True)
