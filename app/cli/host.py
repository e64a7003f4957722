"""`inlay host new NAME`: everything that a new host is made of, which works at once and is then changed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click

from app.cli._config import words
from app.errors import ConfigError, Problem

TEMPLATE = Path(__file__).resolve().parents[2] / "scripts/new-host"
_NAME = re.compile(r"[a-z][a-z0-9]{2,19}")
_EXAMPLE = "acmecrm"
_LIST = "app/hosts/__init__.py"


@click.group()
def host() -> None:
    """Add a kind of application that panels are embedded in. For developers, in a checkout of Inlay."""


@host.command()
@click.argument("name")
@click.option("--title", default="", help="What people call it.  [default: NAME]")
@click.option(
    "--root", type=click.Path(path_type=Path, file_okay=False, exists=True), default=Path(), help="The checkout."
)
def new(name: str, title: str, root: Path) -> None:
    """Write the form, its tests, its package and its page in docs/hosts, and put it into the list of hosts."""
    with words():
        made = write_host(root, name, title or name.capitalize())
    for path in made:
        click.echo(path)
    script = root / "scripts/launches.py"
    if script.exists():  # its launches become files that others can test with
        subprocess.run([sys.executable, str(script), name], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 our own
        click.echo(f"tests/launches/matrix/{name}.json")
    click.echo(f"""
It is a host: change it, from the proof outwards (docs/adding-a-host.md). After each change of what is signed:
  .venv/bin/python scripts/launches.py {name}
  .venv/bin/python -m pytest -q tests/hosts -k {name}
To take it away again: delete what is listed, but for {_LIST}, where its two lines go.""")


def write_host(root: Path, name: str, title: str) -> list[str]:
    """The paths of what was written, below the checkout. Raises ConfigError, and then writes nothing."""
    _refuse_wrong(root, name)
    written = []
    for source in sorted(path for path in TEMPLATE.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        path = _named(str(source.relative_to(TEMPLATE)), name, title)
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(_named(source.read_text("utf-8"), name, title), "utf-8")
        written.append(path)
    known = (root / _LIST).read_text("utf-8")
    (root / _LIST).write_text(_listed(known, name), "utf-8")
    _format(root, [path for path in written if path.endswith(".py")])
    return [*written, _LIST]


def _refuse_wrong(root: Path, name: str) -> None:
    if not _NAME.fullmatch(name):
        mend = "Three to twenty small letters and digits, as: inlay host new freshworks"
        raise ConfigError([Problem(name, "is no name of a host.", mend)])
    if not (root / _LIST).is_file():
        raise ConfigError([Problem(str(root), "is no checkout of Inlay.", "Run it there, or name one with --root.")])
    for path in (f"app/hosts/{name}", f"tests/hosts/{name}", f"manifests/{name}", f"docs/hosts/{name}.md"):
        if (root / path).exists():
            raise ConfigError([Problem(path, "is there already.", "Choose another name, or take it away first.")])


def _named(text: str, name: str, title: str) -> str:
    pairs = {_EXAMPLE: name, "ACMECRM": name.upper(), "AcmeCRM": title, "Acmecrm": name.capitalize()}
    return re.sub("|".join(pairs), lambda found: pairs[found[0]], text)


def _listed(text: str, name: str) -> str:
    """The list of hosts with one more: its import in its place, and its form at the end."""
    line = f"from app.hosts.{name} import {name.upper()}\n"
    lines = text.splitlines(keepends=True)
    imports = [number for number, each in enumerate(lines) if each.startswith("from app.hosts.")]
    after = next((number for number in imports if lines[number] > line), imports[-1] + 1)
    lines.insert(after, line)
    end = max(number for number, each in enumerate(lines) if each.strip() == ")")
    lines.insert(end, f"        {name.upper()},\n")
    return "".join(lines)


def _format(root: Path, paths: list[str]) -> None:
    """As the checkout has it: lines that fit, imports in order. Without its tools, whoever lints will say so."""
    for asked in (("check", "--select", "I", "--fix"), ("format",)):
        command = [sys.executable, "-m", "ruff", *asked, "--quiet", "--no-cache", *paths]
        subprocess.run(command, cwd=root, check=False, stderr=subprocess.DEVNULL)  # noqa: S603 our own words
