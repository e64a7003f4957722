"""`inlay api-key`: made, shown once, listed without what it says, ended."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result

from app.cli import main
from tests.cli.written import written
from tests.world import LEAD, World

PLACE = f"/api/v1/scores/lead_score/{LEAD}"


def run(world: World, word: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["api-key", word, "-c", str(written(world)), "-k", "acme", *arguments])


def test_a_key_works_at_a_running_server_until_it_is_ended(world: World, monkeypatch: object) -> None:
    world.clock.now = __import__("time").time()
    made = run(world, "create", "--service", "apex", "--capability", "lead_score", "--field", "activity")
    assert made.exit_code == 0, made.output
    text = made.stdout.strip()
    assert "not shown again" in made.stderr
    headers = {"Authorization": f"Bearer {text}"}
    assert world.client.get(PLACE, headers=headers).status_code == 200
    listed = run(world, "list").stdout
    assert "apex" in listed
    assert "valid" in listed
    assert text not in listed
    [known] = json.loads(run(world, "list", "--json").stdout)
    assert known["used_at"] is not None
    assert run(world, "revoke", known["id"]).exit_code == 0
    assert world.client.get(PLACE, headers=headers).status_code == 401
    assert run(world, "revoke", known["id"]).exit_code == 1


def test_what_cannot_be_granted_is_said(world: World) -> None:
    refused = run(world, "create", "--service", "apex", "--capability", "other")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "lead_score" in refused.stderr
