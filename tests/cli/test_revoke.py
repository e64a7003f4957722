"""`inlay revoke`, beside servers that run and servers that start."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from tests.cli.written import written
from tests.world import World


def run(world: World, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["revoke", "-c", str(written(world)), *arguments])


def test_running_servers_and_later_ones_refuse_the_sessions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", world.clock)
    token, other = world.frame_token(), world.element_token()
    assert world.badge(token).status_code == 200
    result = run(world, "-k", "acme")
    assert (result.exit_code, result.output) == (0, "Ended 1 session of acme.\n")
    world.parts.epochs._read_at -= 0.25  # the next look is due: well within five seconds
    assert world.badge(token).status_code == 401
    assert world.batch(other, ["score-badge Lead/1 -"]).status_code == 200
    with world.another() as restarted:
        assert restarted.badge(token).status_code == 401
    [row] = world.audited("session.revoked")
    assert (row["connection"], row["sessions"]) == ("acme", 1)


def test_only_what_is_named_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", world.clock)
    token = world.frame_token()
    assert "Ended 0 sessions" in run(world, "-k", "acme", "--viewer", "somebody").output
    assert "Ended 0 sessions" in run(world, "-k", "acme", "--component", "score-card").output
    world.parts.epochs.look()
    assert world.badge(token).status_code == 200
    assert "Ended 1 session " in run(world, "-k", "acme", "--viewer", "005AB000001ZzZzYAK").output


def test_a_connection_that_is_not_there_is_said(world: World) -> None:
    result = run(world, "-k", "acne")
    assert result.exit_code == 2
    assert "there is no connection 'acne'. Known are: acme, " in result.stderr
    assert world.audited("session.revoked") == []
