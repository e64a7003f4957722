"""`inlay preview`: it starts, says where, writes components and books, and refuses in sentences."""

from __future__ import annotations

import socket
from pathlib import Path

from click.testing import CliRunner

from app.cli import main
from app.cli.preview import preview


def run(*arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(main, ["preview", *arguments])
    return found.exit_code, found.output


def test_new_writes_a_component_once(tmp_path: Path) -> None:
    code, said = run("new", "deal-card", "--components", str(tmp_path))
    assert code == 0
    assert "deal-card/stories.toml" in said
    code, said = run("new", "deal-card", "--components", str(tmp_path))
    assert code == 2
    assert "cannot be made" in said


def test_export_says_where_to_look(tmp_path: Path) -> None:
    code, said = run("export", str(tmp_path / "book"))
    assert code == 0
    assert "index.html" in said


def test_a_taken_port_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, said = run("--port", str(taken.getsockname()[1]))
    assert code == 1
    assert "is taken" in said


def test_every_command_explains_itself() -> None:
    for command in (preview, *preview.commands.values()):
        assert command.help
