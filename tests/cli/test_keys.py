"""`inlay keys`: a whole rotation beside a server, and backups that end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from tests.cli.written import written
from tests.world import LEAD, World


@pytest.fixture(autouse=True)
def _now(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", world.clock)


def run(path: Path, *arguments: str) -> Result:
    answer = CliRunner().invoke(main, ["keys", *arguments, "-c", str(path)])
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    return answer


def with_new_key(world: World) -> Path:
    (world.folder / "new").touch(mode=0o600)
    (world.folder / "new").write_text("n" * 40)
    keys = f'"file:{world.folder}/new", "file:{world.folder}/key"'
    return written(world, {f'"file:{world.folder}/key"': keys})


def test_a_key_is_rotated_and_the_old_one_may_go(world: World) -> None:
    world.looked_at()
    path = with_new_key(world)
    before = json.loads(run(path, "list", "--json").output)
    assert [(each["newest"], each["subjects"], each["values"]) for each in before["keys"]] == [
        (True, 0, 0), (False, 2, 1),
    ]  # fmt: skip
    done = run(path, "rotate")
    assert done.exit_code == 0, done.output
    assert "Wrapped 2 keys and sealed 1 values by list:" in done.stdout
    said = run(path, "list").output
    assert "sealed 1 values, wraps 2 keys" in said
    assert "may be taken out" in said
    [row] = world.audited("keys.rotated")
    assert (row["subjects"], row["values"]) == (2, 1)
    again = json.loads(run(path, "rotate", "--json").stdout)
    assert (again["subjects"], again["values"], again["broken"]) == (0, 0, 0)


def test_a_key_that_was_taken_out_too_early_is_said(world: World) -> None:
    world.looked_at()
    with_new_key(world)
    path = written(world, {f'"file:{world.folder}/key"': f'"file:{world.folder}/new"'})
    listed = run(path, "list")
    assert "1 values are sealed by keys that are not in the list: put those back." in listed.stderr
    done = run(path, "rotate")
    assert done.exit_code == 1
    assert "3 could not be opened" in done.stderr


def test_a_backup_brings_keys_back_but_none_that_was_erased_since(world: World) -> None:
    world.looked_at()
    path, folder = written(world), world.folder / "backups"
    assert "removed 0 older" in run(path, "backup", "-o", str(folder)).output
    [backup] = folder.iterdir()
    erased = ["audit", "erase", "-k", "acme", "--subject", LEAD, "--yes", "-c", str(path)]
    assert CliRunner().invoke(main, erased).exit_code == 0
    for each in world.folder.glob("inlay-keys.db*"):
        each.unlink()  # and all that it knew of what was destroyed
    assert (
        "There are 0 keys; 2 that were erased since were destroyed again." in run(path, "restore", str(backup)).output
    )
    world.clock.now += 7 * 86_400.0
    told = json.loads(run(path, "backup", "-o", str(folder), "--json").output)
    assert told["removed"] == [str(backup)]
    assert [str(each) for each in folder.iterdir()] == [told["backup"]]


def test_a_server_that_starts_on_an_old_key_store_destroys_again(world: World) -> None:
    world.looked_at()
    path, folder = written(world), world.folder / "backups"
    run(path, "backup", "-o", str(folder))
    erased = ["audit", "erase", "-k", "acme", "--subject", LEAD, "--yes", "-c", str(path)]
    assert CliRunner().invoke(main, erased).exit_code == 0
    for each in world.folder.glob("inlay-keys.db*"):
        each.unlink()
    [backup] = folder.iterdir()
    backup.rename(world.folder / "inlay-keys.db")  # by hand
    assert json.loads(run(path, "list", "--json").output)["keys"][0]["subjects"] == 2
    assert CliRunner().invoke(main, ["db", "upgrade", "-c", str(path)]).exit_code == 0  # as each start does first
    assert json.loads(run(path, "list", "--json").output)["keys"][0]["subjects"] == 0
