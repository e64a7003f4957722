"""`inlay rollout`, beside servers that run."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from tests.cli.written import written
from tests.world import World


def run(world: World, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["rollout", "-c", str(written(world)), "-k", "acme", *arguments])


def test_a_running_server_knows_at_its_next_look(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", world.clock)
    assert run(world).output == "acme: shown to all.\n"
    assert "acme (all components): off, from 2026-11-18" in run(world, "--reach", "off").output
    world.parts.epochs.look()
    assert not world.parts.rollouts.shows("acme", "score-badge", "zoe")
    assert "shown to 5 % of viewers" in run(world, "--reach", "percent", "--percent", "5").output


def test_what_is_not_there_is_said(world: World) -> None:
    result = run(world, "--component", "score-bagde", "--reach", "off")
    assert result.exit_code == 2
    assert "acme has score-badge, score-card, score-list, review-list." in result.stderr
    assert run(world, "--reach", "percent", "--percent", "101").exit_code == 1
