"""`inlay jobs`: what an admin sees of failed work, and does with it; audited, and naming nobody unasked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.db.dead_jobs import dead
from app.db.jobs import claim, enqueue, failed
from tests.cli.written import written
from tests.world import World


@pytest.fixture(autouse=True)
def _clock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", world.clock)


def jobs(world: World, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["jobs", arguments[0], "-c", str(written(world)), *arguments[1:]])


def die(world: World, kind: str, **payload: Any) -> int:
    with world.parts.database.begin() as conn:
        enqueue(conn, kind, payload, max_attempts=1)
    job = claim(world.parts.database, [kind], "me", 60, world.clock.now)
    assert job is not None
    failed(world.parts.database, job, "core-status-503", world.clock.now)
    return job.id


def test_an_empty_table_says_so(world: World) -> None:
    result = jobs(world, "list")
    assert (result.exit_code, result.stdout) == (0, "There are no jobs.\n")


def test_the_list_counts_all_and_names_the_dead_but_nobody(world: World) -> None:
    number = die(world, "score", connection="acme", records=["Lead/secret"])
    with world.parts.database.begin() as conn:
        enqueue(conn, "warm", {}, run_at=world.clock.now + 7200)
        enqueue(conn, "rescore", {}, run_at=world.clock.now)
    world.clock.now += 120
    result = jobs(world, "list")
    assert "secret" not in result.output
    assert "rescore      waiting         1   the oldest 2 min ago" in result.stdout
    assert "warm         later           1   the next in 2 h" in result.stdout
    assert f"{number:>8}  score      acme             1 tries, 2 min ago: core-status-503" in result.stdout
    found = json.loads(jobs(world, "list", "--json").stdout)
    assert [(each["kind"], each["state"], each["jobs"]) for each in found["depths"]] == [
        ("rescore", "waiting", 1),
        ("score", "dead", 1),
        ("warm", "later", 1),
    ]
    assert found["dead"][0]["last_error"] == "core-status-503"
    assert "payload" not in found["dead"][0]
    assert json.loads(jobs(world, "list", "--json", "--kind", "warm").stdout)["dead"] == []


def test_one_is_shown_with_what_it_is_about(world: World) -> None:
    number = die(world, "score", connection="acme", records=["Lead/1"])
    assert '"Lead/1"' in jobs(world, "show", str(number)).stdout
    missing = jobs(world, "show", str(number), "99", "--json")
    assert json.loads(missing.stdout)["jobs"][0]["payload"]["records"] == ["Lead/1"]
    assert (missing.exit_code, missing.stderr) == (1, "There is no job 99.\n")


def test_a_replayed_one_runs_again_and_that_is_audited(world: World) -> None:
    number = die(world, "rescore", connection="acme", record="Case/1")
    result = jobs(world, "replay", str(number))
    assert (result.exit_code, result.stdout) == (0, "Replayed 1 rescore job of acme.\n")
    assert world.run_jobs() == 1
    assert json.loads(jobs(world, "list", "--json").stdout) == {"depths": [], "dead": []}
    [row] = world.audited("job.replayed")
    assert (row["kind"], row["jobs"], row["connection"]) == ("rescore", 1, "acme")


def test_all_of_a_kind_or_all(world: World) -> None:
    for kind in ("score", "score", "revoke"):
        die(world, kind, connection="acme")
    assert jobs(world, "drop", "--kind", "score").stdout == "Dropped 2 score jobs of acme.\n"
    assert [each.kind for each in dead(world.parts.database, 0, "", 9)] == ["revoke"]
    assert json.loads(jobs(world, "drop", "--all", "--json").stdout)["dropped"][0]["kind"] == "revoke"
    assert [row["jobs"] for row in world.audited("job.dropped")] == [2, 1]
    nothing = jobs(world, "drop", "--all")
    assert (nothing.exit_code, nothing.stdout) == (0, "No job was dropped: none of those is dead.\n")
    assert len(world.audited("job.dropped")) == 2


@pytest.mark.parametrize("arguments", [[], ["--all", "--kind", "score"], ["1", "--all"]])
def test_a_slip_drops_nothing(world: World, arguments: list[str]) -> None:
    die(world, "score")
    result = jobs(world, "drop", *arguments)
    assert result.exit_code == 2
    assert "it is not clear which dead jobs are meant. Name their ids" in result.stderr
    assert len(dead(world.parts.database, 0, "", 9)) == 1


def test_what_is_not_dead_is_left_alone_and_said(world: World) -> None:
    with world.parts.database.begin() as conn:
        enqueue(conn, "rescore", {})
    result = jobs(world, "drop", "1")
    assert (result.exit_code, result.stderr) == (1, "There is no dead job 1.\n")
    assert "No job was dropped" in result.stdout
