"""`inlay host new`: what it writes is a host at once, and nothing is written where it cannot be."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.host import TEMPLATE, host

ROOT = Path(__file__).resolve().parents[2]
LIST = "app/hosts/__init__.py"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / LIST).parent.mkdir(parents=True)
    shutil.copy(ROOT / LIST, tmp_path / LIST)
    return tmp_path


def new(root: Path, name: str, *more: str) -> str:
    told = CliRunner().invoke(host, ["new", name, "--root", str(root), *more])
    assert told.exit_code == 0, told.output
    return told.output


def test_it_writes_a_form_its_tests_its_package_and_its_page_and_one_entry(checkout: Path) -> None:
    told = new(checkout, "larkdesk", "--title", "Lark Desk")
    found = (path.relative_to(checkout) for path in checkout.rglob("*") if path.is_file())
    written = {str(path) for path in found if not path.parts[0].startswith(".")}
    assert len(written) == len([path for path in TEMPLATE.rglob("*") if path.is_file()]) + 1
    assert all(each in told for each in written)
    for path in written - {LIST}:
        assert "larkdesk" in path
        text = (checkout / path).read_text("utf-8")
        assert "acmecrm" not in text.lower()
        if path.endswith(".py"):
            ast.parse(text)
    assert 'title="Lark Desk"' in (checkout / "app/hosts/larkdesk/setup.py").read_text("utf-8")
    before, after = ((root / LIST).read_text("utf-8").splitlines() for root in (ROOT, checkout))
    assert [line for line in after if line not in before] == [
        "from app.hosts.larkdesk import LARKDESK", "        LARKDESK,",
    ]  # fmt: skip
    imports = [line for line in after if line.startswith("from app.hosts.")]
    assert imports == sorted(imports)


@pytest.mark.parametrize("name", ["Lark", "la", "lark-desk", "1ark", "x" * 21, "../x", "guest"])
def test_what_is_no_name_or_is_there_already_writes_nothing(checkout: Path, name: str) -> None:
    (checkout / "app/hosts/guest").mkdir()
    told = CliRunner().invoke(host, ["new", name, "--root", str(checkout)])
    assert told.exit_code == 2
    assert (checkout / LIST).read_text("utf-8") == (ROOT / LIST).read_text("utf-8")
    assert not (checkout / "tests").exists()


def test_elsewhere_than_in_a_checkout_it_says_so(tmp_path: Path) -> None:
    told = CliRunner().invoke(host, ["new", "larkdesk", "--root", str(tmp_path)])
    assert told.exit_code == 2
    assert "no checkout of Inlay" in told.output


@pytest.mark.proof
def test_what_it_writes_passes_lint_types_laws_and_its_own_tests_at_once(tmp_path: Path) -> None:
    """In a copy of all that git knows of, as a developer has it."""
    for path in run(ROOT, "git", "ls-files", "-co", "--exclude-standard").splitlines():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    python = sys.executable
    run(tmp_path, python, "-c", "from app.cli import main; main()", "host", "new", "larkdesk")
    run(tmp_path, python, "-m", "ruff", "check", ".")
    run(tmp_path, python, "-m", "ruff", "format", "--check", ".")
    run(tmp_path, python, "-m", "mypy")
    tests = (python, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    run(tmp_path, *tests, "-k", "larkdesk", "tests/hosts", "tests/cli", "tests/preview", "tests/routes")
    run(tmp_path, *tests, "tests/test_architecture.py")


def run(where: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
