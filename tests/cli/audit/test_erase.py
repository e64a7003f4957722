"""`inlay audit erase`, beside a server that runs."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from tests.cli.written import written
from tests.world import LEAD, World


@pytest.fixture(autouse=True)
def _now(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", world.clock)


def run(world: World, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", "erase", "-c", str(written(world)), *arguments])


def test_first_it_is_looked_at_then_done_then_nothing_is_there(world: World) -> None:
    world.looked_at()
    named = ("-k", "acme-pages", "--subject", LEAD)
    looked = run(world, *named, "--dry-run")
    assert looked.exit_code == 0, looked.output
    assert looked.output.startswith("In acme, acme-pages, of this record:\n")
    assert "\n       2  scores\n" in looked.output
    assert "       2  keys\nNothing was changed." in looked.output
    assert world.audited("subject.erased") == []
    done = run(world, *named, "--yes")
    assert done.exit_code == 0, done.output
    assert "NOT SO" not in done.output
    for proved in ("no key is left", "what was sealed cannot be opened", "nothing is left in scores"):
        assert f"  proved  {proved}\n" in done.output
    assert "must be gone by 20" in done.output
    [row] = world.audited("subject.erased")
    assert row["reference"] in done.output
    assert row["connection"] == "acme"
    assert "       0  keys\n" in run(world, *named, "--dry-run").output


def test_for_a_program_all_of_it_with_each_place_s_rule(world: World) -> None:
    world.looked_at()
    told = json.loads(run(world, "-k", "acme", "--subject", LEAD, "--dry-run", "--json").output)
    assert (told["erased"], told["rows"]["scores"], told["keys"]) == (False, 2, {"subject_keys": 2})
    assert {"scores", "audit", "redis", "subject_keys"} <= {each["name"] for each in told["places"]}
    told = json.loads(run(world, "-k", "acme", "--subject", LEAD, "--yes", "--json").output)
    assert told["erased"] is True
    assert all(told["proofs"].values())


def test_a_slip_erases_nobody(world: World) -> None:
    world.looked_at()
    for arguments, said in (
        (("-k", "acne", "--subject", LEAD, "--yes"), "there is no connection 'acne'"),
        (("-k", "acme", "--subject", "Lead", "--yes"), "'Lead' is no record"),
        (("-k", "acme", "--subject", LEAD), "Say --dry-run to look, or --yes to do it."),
    ):
        answer = run(world, *arguments)
        assert (answer.exit_code, said in answer.stderr) == (2, True), answer.output
    assert world.audited("subject.erased") == []
