"""`inlay package`: builds what an admin installs and checks it, with words and exit codes that a script can use."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.hosts import HOSTS
from app.hosts._package import FOLDER, archive, packed
from tests.cli.written import written
from tests.hosts._packages import built
from tests.world import World, world

PACKAGED = sorted(name for name, host in HOSTS.items() if host.package is not None)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A configuration, beside which packages are built."""
    with world(tmp_path_factory.mktemp("world")) as made:
        yield written(made)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["package", *map(str, arguments)])


def build(desk: Path, folder: Path, *more: str) -> Result:
    return run("build", "salesforce", "-k", "acme", "-o", folder, "-c", desk, *more)


def test_what_is_built_is_named_verified_and_the_same_each_time(desk: Path, tmp_path: Path) -> None:
    once, twice = build(desk, tmp_path / "a"), build(desk, tmp_path / "b")
    assert (once.exit_code, twice.exit_code) == (0, 0), once.output
    names = [Path(line) for line in once.stdout.splitlines()]
    assert [each.name for each in names] == ["inlay-salesforce-acme", "inlay-salesforce-acme-metadata.zip"]
    assert names[1].read_bytes() == (tmp_path / "b" / names[1].name).read_bytes()
    for name in names:
        checked = run("verify", name)
        assert checked.exit_code == 0, checked.output
        assert "good for salesforce" in checked.output


def test_secrets_that_are_not_there_yet_are_not_needed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An org makes its app's secret only once the package is installed; and whoever builds need not know the key."""
    changes = {f"file:{world.folder}/consumer": "env:INLAY_NOT_YET", f"file:{world.folder}/key": "env:INLAY_NO_KEY"}
    path = written(world, changes | {f"sqlite:///{world.folder}/inlay.db": "env:INLAY_NO_STORE"})
    result = build(path, tmp_path)
    assert result.exit_code == 0
    for name in ("INLAY_NOT_YET", "INLAY_NO_KEY", "INLAY_NO_STORE"):
        assert f"note: {name} is not set." in result.stderr
        assert name not in os.environ
    monkeypatch.setenv("INLAY_NOT_YET", "4D1C2B3A5E6F")
    monkeypatch.setenv("INLAY_NO_KEY", "k" * 40)
    monkeypatch.setenv("INLAY_NO_STORE", "sqlite:///inlay.db")
    again = build(path, tmp_path / "again")
    assert "is not set" not in again.stderr
    archives = [next(folder.glob("*.zip")).read_bytes() for folder in (tmp_path, tmp_path / "again")]
    assert archives[0] == archives[1]


def test_the_example_s_address_is_noted(desk: Path, tmp_path: Path) -> None:
    assert "public_url is https://inlay.example.com, an example." in build(desk, tmp_path).stderr


def test_an_address_of_this_machine_is_noted_loudly(desk: Path, tmp_path: Path) -> None:
    """The test's org is on loopback: good for a trial, and said on each file that names it."""
    result = build(desk, tmp_path)
    assert "is this machine only" in result.stderr
    assert result.exit_code == 0


def test_a_secret_that_got_in_is_refused_and_nothing_is_written(world: World, tmp_path: Path) -> None:
    secret = (world.folder / "consumer").read_text().strip()
    path = written(world, {'title = "Lead score"': f'title = "Score {secret}"'})
    result = build(path, tmp_path / "out")
    assert (result.exit_code, (tmp_path / "out").exists()) == (1, False)
    assert "secrets of the connection is in it" in result.stderr
    assert secret not in result.output


def test_a_second_build_leaves_no_file_of_the_first(desk: Path, tmp_path: Path) -> None:
    assert build(desk, tmp_path).exit_code == 0
    old = tmp_path / "inlay-salesforce-acme/force-app/old.txt"
    old.write_text("x")
    assert build(desk, tmp_path).exit_code == 0
    assert not old.exists()


def test_it_speaks_json(desk: Path, tmp_path: Path) -> None:
    answer = json.loads(build(desk, tmp_path, "--json").stdout)
    assert answer["ok"] is True
    assert len(answer["written"]) == 2
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(answer["written"][1]) as whole, zipfile.ZipFile(broken, "w") as less:
        for name in whole.namelist()[:-1]:
            less.writestr(name, whole.read(name))
    result = run("verify", broken, "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["ok"], found["host"]) == (1, False, "salesforce")
    assert {"file", "line", "what", "mend", "level"} == set(found["findings"][0])


@pytest.mark.parametrize("host", PACKAGED)
def test_a_wrong_suffix_is_found(host: str, tmp_path: Path) -> None:
    for made in built(host):
        path = tmp_path / f"{made.name}.bin"
        path.write_bytes(packed(made.files) if made.suffix == FOLDER else archive(made))
        result = run("verify", path)
        assert result.exit_code == 1
        assert f"{path.name}: No package of {host} ends in '.bin'. Name it as it was built" in result.output


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("build", "salesforce", "-k", "none"), "there is no connection 'none'"),
        (("build", "fax", "-k", "acme"), "there is no package for 'fax'"),
        (("build", "guest", "-k", "acme"), "is a connection of 'salesforce'"),
    ],
)
def test_what_is_asked_wrongly_is_said(desk: Path, tmp_path: Path, arguments: tuple[str, ...], word: str) -> None:
    result = run(*arguments, "-o", tmp_path, "-c", desk)
    assert result.exit_code == 2
    assert word in result.stderr


def test_what_is_no_package_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04 and nothing")
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as zipped:
        zipped.writestr("a", "1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            zipped.writestr("a", "2")
    (tmp_path / "c.zip").write_bytes(twice.getvalue())
    for name, word in (("a.txt", "not seen to be"), ("b.zip", "no archive"), ("c.zip", "two files of one name")):
        result = run("verify", tmp_path / name)
        assert (result.exit_code, word in result.stderr) == (2, True)


def test_the_list_names_every_package() -> None:
    assert "salesforce" in run("list").output
    assert set(json.loads(run("list", "--json").stdout)["packages"]) >= {"salesforce", "servicenow", "guest", "oidc"}
