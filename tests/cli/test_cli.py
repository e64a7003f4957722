"""The command: exit codes, and sentences that say what to do instead of stack traces."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.config import Settings

CONFIG = """
[server]
public_url = "https://inlay.example.com"
keys = ["env:INLAY_TEST_KEY"]
[store]
url = "{store}"
"""


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INLAY_TEST_KEY", "k" * 40)


def run(folder: Path, *arguments: str, text: str = "", store: str = "sqlite:///inlay.db") -> Result:
    (folder / "inlay.toml").write_text(CONFIG.format(store=store) + text)
    return CliRunner().invoke(main, [*arguments, "-c", str(folder / "inlay.toml")])


@pytest.mark.parametrize("command", [[], ["init"], ["serve"], ["demo"], ["db"], ["db", "upgrade"]])
def test_every_command_explains_itself(command: list[str]) -> None:
    result = CliRunner().invoke(main, [*command, "--help"])
    assert (result.exit_code, "Usage:" in result.output) == (0, True)


def test_a_new_configuration_is_written_once_and_holds(tmp_path: Path) -> None:
    path, url = tmp_path / "inlay.toml", "http://localhost:23017"
    first, second = (CliRunner().invoke(main, ["init", "-c", str(path), "--url", url]) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 2)
    assert f"inlay serve -c {path}" in first.output
    assert "File exists" in second.stderr
    settings = Settings.load(path)
    assert (settings.server.public_url, settings.server.port, dict(settings.connections)) == (url, 23017, {})
    assert (tmp_path / "secrets/deployment_key").stat().st_mode & 0o777 == 0o600


def test_an_address_that_will_not_do_is_said_before_anything_is_written(tmp_path: Path) -> None:
    refused = CliRunner().invoke(main, ["init", "-c", str(tmp_path / "inlay.toml"), "--url", "http://inlay.example"])
    assert (refused.exit_code, "plain http" in refused.stderr) == (2, True)
    assert not (tmp_path / "inlay.toml").exists()


def test_upgrading_twice_is_harmless(tmp_path: Path) -> None:
    for _ in range(2):
        result = run(tmp_path, "db", "upgrade")
        assert (result.exit_code, result.output) == (0, "The database is up to date.\n")
    assert (tmp_path / "inlay.db").exists()


@pytest.mark.parametrize("command", [["serve"], ["db", "upgrade"]])
def test_a_wrong_configuration_is_told_problem_by_problem(tmp_path: Path, command: list[str]) -> None:
    result = run(tmp_path, *command, text='[capabilities.x]\ncore = "none"\ncolour = "red"\n')
    assert result.exit_code == 2
    assert "colour" in result.stderr
    assert "Traceback" not in result.output


def test_what_only_the_whole_can_see_is_said_before_any_worker_starts(tmp_path: Path) -> None:
    text = """
[cores.main]
url = "http://127.0.0.1:9"
[capabilities.lead_score]
core = "main"
title = "Lead score"
records = ["Lead"]
fields = ["activity"]
[connections.a]
host = "guest"
origins = ["https://a.example"]
components = ["crystal-ball"]
capabilities = ["lead_score"]
"""
    result = run(tmp_path, "serve", text=text)
    assert result.exit_code == 2
    assert "[connections.a]" in result.stderr


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["db", "upgrade", "-c", str(tmp_path / "no.toml")])
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_a_database_that_cannot_be_reached_is_said(tmp_path: Path) -> None:
    result = run(tmp_path, "db", "upgrade", store=f"sqlite:///{tmp_path}/no/such/folder/inlay.db")
    assert result.exit_code == 1
    assert "[store] url" in result.stderr


def test_a_missing_driver_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    result = run(tmp_path, "db", "upgrade", store="postgresql://127.0.0.1/inlay")
    assert result.exit_code == 2
    assert ".[postgres]" in result.stderr
