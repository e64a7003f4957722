"""`inlay audit`: its commands are there."""

from __future__ import annotations

from click.testing import CliRunner

from app.cli import main


def test_its_commands_are_listed() -> None:
    answer = CliRunner().invoke(main, ["audit", "--help"])
    assert answer.exit_code == 0
    assert "erase" in answer.output
