"""`inlay leave`: says first what would be, and does it for whoever writes the name."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from tests.cli.written import written
from tests.world import World

GONE = "acme-carried"


def run(world: World, *arguments: str, name: str = GONE) -> Result:
    return CliRunner().invoke(main, ["leave", "-c", str(world.folder / "inlay.toml"), "-k", name, *arguments])


def test_nothing_is_done_without_the_name(world: World) -> None:
    written(world)
    told = run(world)
    assert told.exit_code == 0, told.output
    assert "Nothing was changed." in told.stdout
    assert f"inlay leave -k {GONE} --confirm {GONE}" in told.stdout
    assert run(world, "--confirm", "acme").exit_code == 2
    assert "In the way: Connection acme-pages reads" in run(world, name="acme").stderr
    assert run(world, "--confirm", "nobody", name="nobody").exit_code == 1
    assert world.parts.leaving.standing(GONE) is None


def test_it_leaves_and_says_what_was_kept_and_erased(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.leaving.steps.SETTLE_S", 0.1)
    written(world)
    assert world.exchange(connection=GONE, features={"Lead/00QAB000003LeadAA2": {"activity": 3}}).status_code == 200
    told = run(world, "--confirm", GONE, "-o", str(world.folder / "out"))
    assert told.exit_code == 0, told.output
    assert f"{world.folder / 'out' / 'scores.jsonl'}: 1 rows, SHA-256" in told.stdout
    assert "sessions: 1 rows erased" in told.stdout
    assert "rows kept: what was shown to whom" in told.stdout
    assert f"[connections.{GONE}]" not in (world.folder / "inlay.toml").read_text()  # the file is kept in step
    again = run(world, "--confirm", GONE, "--json")  # by now the configuration knows no such connection
    assert json.loads(again.stdout)["folder"] == str((world.folder / "out").resolve())
    assert set(json.loads(again.stdout)["left"]) == {"audit", "erased_keys", "leavings"}
