"""`inlay secret`: kept before the configuration holds, never an argument, gone only when nothing refers to it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from app.cli import main
from tests.cli.written import written
from tests.world import World

VALUE = "4D1C2B3A5E6F-from-stdin"


def run(path: Path, *arguments: str, value: str = "") -> Result:
    return CliRunner().invoke(main, ["secret", *arguments, "-c", str(path)], input=value)


def referring(world: World) -> Path:
    return written(world, {f"file:{world.folder}/consumer": "file:secrets/acme_secret"})


def test_a_secret_is_kept_before_the_configuration_that_lacks_it_holds(world: World) -> None:
    path = referring(world)
    assert CliRunner().invoke(main, ["reload", "-c", str(path)]).exit_code == 2
    assert "acme_secret                      missing" in run(path, "list").output
    kept = run(path, "set", "acme_secret", value=f"{VALUE}\n")
    assert (kept.exit_code, VALUE in kept.output) == (0, False)
    assert '"file:secrets/acme_secret"' in kept.output
    assert (world.folder / "secrets/acme_secret").read_text() == VALUE
    assert CliRunner().invoke(main, ["reload", "-c", str(path)]).exit_code == 0
    assert [row["name"] for row in world.audited("secret.set")] == ["acme_secret"]


def test_the_list_shows_names_and_where_they_are_used(world: World) -> None:
    path = referring(world)
    run(path, "set", "acme_secret", value=VALUE)
    run(path, "set", "spare", value=VALUE)
    listed = json.loads(run(path, "list", "--json").output)["secrets"]
    used = {each["name"]: each["setting"] for each in listed}
    assert used == {"acme_secret": "connections.acme.secrets", "spare": None}
    assert VALUE not in run(path, "list").output


def test_what_is_referred_to_is_not_removed(world: World) -> None:
    path = referring(world)
    run(path, "set", "acme_secret", value=VALUE)
    run(path, "set", "spare", value=VALUE)
    refused = run(path, "remove", "acme_secret")
    assert (refused.exit_code, "connections.acme.secrets refers to it" in refused.stderr) == (2, True)
    assert run(path, "remove", "spare").exit_code == 0
    assert run(path, "remove", "spare").exit_code == 2
    assert [each.name for each in (world.folder / "secrets").iterdir()] == ["acme_secret"]


def test_a_value_as_an_argument_is_refused(world: World) -> None:
    assert run(written(world), "set", "acme_secret", VALUE).exit_code == 2
    assert not (world.folder / "secrets").exists()


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    refused = run(tmp_path / "none.toml", "set", "acme_secret", value=VALUE)
    assert (refused.exit_code, "inlay init" in refused.stderr) == (2, True)
