"""`python -m app.demo.crm` refuses with a sentence what it cannot serve."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.demo.crm.__main__ import main
from app.demo.crm.config import CrmConfig


def refusal(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["--config", str(path)]) == 2
    return capsys.readouterr().err


def test_bad_rows_bad_settings_and_missing_keys(
    tmp_path: Path, config: CrmConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "crm.json"
    replace(config, leads=str(tmp_path / "none.csv")).save(path)
    assert "Check the path of --leads" in refusal(path, capsys)
    path.write_text('{"port": 1}')
    assert "unknown settings port" in refusal(path, capsys)
    replace(config, keys=str(tmp_path / "nowhere")).save(path)
    assert "nowhere" in refusal(path, capsys)


def test_settings_survive_the_file(tmp_path: Path, config: CrmConfig) -> None:
    config.save(tmp_path / "crm.json")
    assert CrmConfig.load(tmp_path / "crm.json") == config
    assert config.port == 8001
