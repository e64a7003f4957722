"""docs/attaching-a-model.md: its settings hold, its commands are there, and its sample makes the score that it says.

What it says of a real MLflow is done by tests/proof/test_attaching.py.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from app.cli import main
from app.config import Settings
from app.config.sections import with_section
from app.core import maps

PAGE = Path(__file__).resolve().parents[2] / "docs/attaching-a-model.md"
FILES = {"inlay.pem": "x", "inlay.key": "x", "ca.pem": "x"}


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def begun(folder: Path) -> str:
    """What `inlay init` writes, with the page's first settings in their places."""
    done = CliRunner().invoke(main, ["init", "--url", "http://localhost:8000", "-c", str(folder / "inlay.toml")])
    assert done.exit_code == 0, done.output
    core, _, capability = blocks("toml")[0].partition("[capabilities.lead_score]")
    text = with_section((folder / "inlay.toml").read_text(), "", "cores", "main")
    text = with_section(text, "[capabilities.lead_score]" + capability, "capabilities", "lead_score")
    text = re.sub(r"^# allow_private = .*$", 'allow_private = ["127.0.0.1"]', text, count=1, flags=re.MULTILINE)
    return with_section(text, core, "cores", "lead")


@pytest.mark.parametrize("number", range(len(blocks("toml"))))
def test_each_block_of_settings_holds(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LEAD_KEY", "LEAD_KEY_OLD", "LEAD_SECRET"):
        monkeypatch.setenv(name, f"secret-{name}")
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(0o600)
    text, said = begun(tmp_path), blocks("toml")[number]
    header, _, rest = said.partition("\n")
    if re.search("^url = ", said, re.MULTILINE):
        for name in re.findall(r"^\[(\w+)\.(\w+)\]$", said, re.MULTILINE):
            section = re.search(rf"^\[{name[0]}\.{name[1]}\]\n(.*?)(?=^\[|\Z)", said, re.DOTALL | re.MULTILINE)
            assert section
            old = text if number == 0 else with_section(text, "", *name)
            keep = 'title = "Lead score"\nrecords = ["Lead"]\nfields = ["activity", "company_size"]\n'
            more = keep if name[0] == "capabilities" and "canary" in said else ""
            text = old if number == 0 else with_section(old, section[0] + more, *name)
    else:  # more of the same core's
        text = text.replace("[cores.lead]\n", f"{header}\n{rest}", 1)
    settings = Settings.parse(text, str(tmp_path / "inlay.toml"), tmp_path)
    maps.checked(settings)
    assert settings.capabilities["lead_score"].core == "lead"


def test_the_sample_is_read_as_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "inlay.toml").write_text(begun(tmp_path))
    [features] = blocks("json")
    sample = re.search(r"`sample.json` is `(.*?)`", PAGE.read_text("utf-8"))
    assert sample
    (tmp_path / "lead.json").write_text(features)
    (tmp_path / "sample.json").write_text(sample[1])
    [command] = [line for block in blocks("sh") for line in block.splitlines() if "--answer" in line]
    with pytest.MonkeyPatch.context() as here:
        here.chdir(tmp_path)
        done = CliRunner().invoke(main, shlex.split(command)[1:])
    assert done.exit_code == 0, done.output
    assert "72 of 100, model lead 1; reasons: none given" in done.output


def test_every_command_that_it_names_is_there() -> None:
    said = set(re.findall(r"\binlay ((?:[a-z]+)(?: [a-z]+)?)", PAGE.read_text("utf-8")))
    known = set()
    for each in said:
        first, _, second = each.partition(" ")
        command = main.get_command(click.Context(main), first)
        if command is not None:
            known.add(first)
            if isinstance(command, click.Group) and second:
                assert second in command.commands, each
    assert known >= {"init", "core", "check", "serve", "db", "admin", "rollback"}
