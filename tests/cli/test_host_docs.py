"""docs/hosts: an admin who follows them with a fresh `inlay init` gets a package that holds."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from app.config import example

HOSTS = Path(__file__).resolve().parents[2] / "docs/hosts"
GIVEN = {
    "<Directory (tenant) ID>": "8eaef023-2b34-4da1-9baa-8bc8c9d6a490",
    "<Application (client) ID>": "6e74172b-be56-4843-9ff4-e66a39bb12e3",
    "<32 digits>": "a1" * 16,
}
SEPARATE = {"teams": "sharepoint", "office": "sharepoint"}  # whose capability they name


def settings_of(host: str) -> str:
    """The configuration that a page says to write, as it stands there."""
    found = re.search(r"^ *```toml\n(.*?)^ *```", (HOSTS / f"{host}.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found
    return textwrap.dedent(found[1])


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(main, ["package", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def whole(host: str) -> str:
    """What `inlay init` wrote before its example connection, then what the page says; what it refers to comes along."""
    parts = [example().partition("[connections.")[0].rpartition("# One customer's")[0], settings_of(host)]
    if other := SEPARATE.get(host):
        capability, _, connection = settings_of(other).partition("[connections.")
        parts.append(capability)
        if "records_from" in parts[1]:
            parts.append("[connections." + connection)
    text = "\n".join(parts)
    for name, value in GIVEN.items():
        text = text.replace(name, value)
    return text


@pytest.mark.parametrize("host", sorted(path.stem for path in HOSTS.glob("*.md")))
def test_following_the_page_makes_a_package(host: str, tmp_path: Path) -> None:
    page, settings = (HOSTS / f"{host}.md").read_text("utf-8"), tmp_path / "inlay.toml"
    settings.write_text(whole(host))
    [(name, folder)] = re.findall(rf"inlay package build {host} -k (\S+) -o (\w+)", page)
    made = run("build", host, "-k", name, "-o", tmp_path / folder, "-c", settings).splitlines()
    for path in made:
        assert f"good for {host}" in run("verify", path)
    checked = re.findall(r"inlay package verify ([\w./-]+)", page)
    assert {str(tmp_path / each) for each in checked} <= set(made)
