"""`python -m app.demo.library` refuses with a sentence what it cannot serve."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.demo.library.__main__ import main
from app.demo.library.config import LibraryConfig


def refusal(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["--config", str(path)]) == 2
    return capsys.readouterr().err


def test_bad_folders_bad_settings_and_missing_keys(
    tmp_path: Path, config: LibraryConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "library.json"
    replace(config, documents=str(tmp_path / "none")).save(path)
    assert "Check the path of --documents" in refusal(path, capsys)
    path.write_text('{"port": 1}')
    assert "unknown settings port" in refusal(path, capsys)
    replace(config, keys=str(tmp_path / "nowhere")).save(path)
    assert "nowhere" in refusal(path, capsys)


def test_settings_survive_the_file(tmp_path: Path, config: LibraryConfig) -> None:
    config.save(tmp_path / "library.json")
    assert LibraryConfig.load(tmp_path / "library.json") == config
    assert config.port == 8003
