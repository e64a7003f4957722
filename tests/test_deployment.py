"""Dockerfile and compose.yaml: what they name is there, nothing runs as root, no secret is inside."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from app.cli import main
from app.config import Settings

NODES, WORKER = ("node1", "node2"), "worker"


@pytest.fixture(scope="module")
def compose(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root / "compose.yaml").read_text())
    return found


@pytest.fixture(scope="module")
def dockerfile(root: Path) -> str:
    return (root / "Dockerfile").read_text()


def test_what_the_image_copies_and_runs_is_there(root: Path, dockerfile: str, compose: dict[str, Any]) -> None:
    for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE):
        assert all((root / source).exists() for source in line.split()[:-1]), line
    commands = [compose["services"][WORKER]["command"], ["serve", "-c", "/etc/inlay/inlay.toml"]]
    assert '["serve", "-c", "/etc/inlay/inlay.toml"]' in dockerfile
    for command in commands:
        assert CliRunner().invoke(main, [command[0], "--help"]).exit_code == 0, command


def test_nothing_of_ours_runs_as_root_or_writes_into_its_image(dockerfile: str, compose: dict[str, Any]) -> None:
    assert re.search(r"^USER [1-9]\d*$", dockerfile, re.MULTILINE)
    for name in (*NODES, WORKER):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "ports" not in service  # only the balancer is reached from outside


def test_the_image_holds_what_is_compiled(dockerfile: str, tmp_path: Path, root: Path) -> None:
    """Its user cannot write: else every start would compile hundreds of modules and all templates anew."""
    [line] = re.findall(r"^RUN (python -m compileall .+)$", dockerfile, re.MULTILINE)
    assert dockerfile.rindex("\nCOPY ") < dockerfile.index(line) < dockerfile.index("PYTHONDONTWRITEBYTECODE=1")
    assert dockerfile.index(line) < dockerfile.index("\nUSER ")
    _, code = line.split(" && python -c ")
    env = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", code.strip('"')], cwd=root, env=env, check=True)
    assert len(list(tmp_path.rglob("template-*"))) >= len(list((root / "components").glob("*-*/*.html")))


def test_every_secret_comes_from_a_file_that_git_and_the_image_never_see(root: Path, compose: dict[str, Any]) -> None:
    files = {Path(each["file"]).parts[0] for each in compose["secrets"].values()}
    assert files == {"secrets"}
    assert "/secrets/" in (root / ".gitignore").read_text().splitlines()
    assert "secrets" in (root / ".dockerignore").read_text().splitlines()
    for name, service in compose["services"].items():
        assert set(service.get("secrets", [])) <= compose["secrets"].keys(), name
        for key, value in service.get("environment", {}).items():
            assert "PASSWORD" not in key or (key.endswith("_FILE") and str(value).startswith("/run/secrets/")), name


def test_the_services_have_time_to_drain(compose: dict[str, Any], configuration: Settings) -> None:
    grace = float(compose["services"]["node1"]["stop_grace_period"].removesuffix("s"))
    assert grace >= configuration.server.drain + 15 + 5


def test_the_balancer_knows_the_nodes(compose: dict[str, Any], tmp_path: Path) -> None:
    content = compose["configs"]["balancer"]["content"].replace("$$", "$")
    assert re.findall(r"server (\w+):8000", content) == list(NODES)
    assert "log off" in content
    for number, name in enumerate(NODES, 1):
        content = content.replace(f"server {name}:", f"server 127.0.0.{number}:")
    path = tmp_path / "nginx.conf"
    path.write_text(content)
    try:
        tried = subprocess.run(["nginx", "-t", "-c", path], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("There is no nginx on this machine that could read its configuration.")
    assert tried.returncode == 0, tried.stderr


@pytest.fixture
def configuration(root: Path, tmp_path: Path) -> Settings:
    """The one that docs/operating.md shows for it, with files for its secrets."""
    text = (root / "docs/operating.md").read_text()
    [block] = [each for each in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "/run/secrets" in each]
    for name, content in {"key": "k" * 40, "store": "postgresql+psycopg://inlay@postgres/inlay"}.items():
        (tmp_path / name).touch(mode=0o600)
        (tmp_path / name).write_text(content)
    return Settings.parse(block.replace("/run/secrets", str(tmp_path)))


def test_the_configuration_in_the_guide_fits(configuration: Settings, dockerfile: str) -> None:
    server = configuration.server
    assert (server.bind, server.trusted_proxies) == ("0.0.0.0", 1)
    assert f"127.0.0.1:{server.port}/healthz" in dockerfile
    assert f"EXPOSE {server.port}" in dockerfile
