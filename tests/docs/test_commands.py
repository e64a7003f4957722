"""Every command in the documents: it is there, takes what is written, and what can be tried does what it says.

Parsed by click itself, without being run. What only reads, or changes nothing but a folder of its own, is run too.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from app.cli import main
from app.scorer.cli import main as core
from tests.docs.pages import ROOT, Command, pages

PROGRAMS: dict[str, click.Command] = {"inlay": main, "inlay-core": core}
COMMANDS = [each for page in pages() for each in page.commands() if each.words]
# What stands for a word of the reader's own.
FILLED = {
    "CONNECTION": "acme", "TYPE/ID": "Lead/17", "ID": "zoe", "TAG": "score-badge", "CAPABILITY": "lead_score",
    "FILE": "lead.json", "DIR": "out", "KEY_ID": "k1", "/tmp/try/inlay.toml": "inlay.toml",
    "...": "https://inlay.example.com",
}  # fmt: skip


def filled(words: tuple[str, ...]) -> list[str]:
    name = "deal-card" if words[:1] == ("preview",) else "jira"
    return [FILLED.get(word, word.replace("NAME", name)) for word in words]


def parsed(command: Command) -> None:
    """Raises click.UsageError for what the command does not take. Within a sentence some of it may be left out."""
    at, words = PROGRAMS[command.program], filled(command.words)
    while isinstance(at, click.Group) and words and not words[0].startswith("-"):
        known = at.get_command(click.Context(at), words.pop(0))
        if known is None:
            raise click.UsageError("There is no such command.")
        at = known
    if isinstance(at, click.Group) and not at.invoke_without_command:
        if words or command.whole:
            raise click.UsageError("It needs a subcommand.")
        return
    try:
        with at.make_context(command.program, words):
            pass
    except click.MissingParameter:
        if command.whole:
            raise


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_it_is_there_and_takes_what_is_written(command: Command, scratch: Path) -> None:
    for word in filled(command.words):
        if re.fullmatch(r"[\w-]+(/[\w.-]+)?\.\w+|dist/[\w-]+", word):  # a file that an earlier step made
            Path(word).parent.mkdir(exist_ok=True)
            Path(word).touch()
    with CliRunner().isolation(input="yes\n" * 2):  # where it asks
        try:
            parsed(command)
        except click.UsageError as error:
            wrong = f"{command.said}: {error.format_message()}"
        else:
            wrong = ""
    assert not wrong


def test_what_is_no_command_is_found() -> None:
    """The check can fail: on a word, an option, a value, a missing one."""
    said = COMMANDS[0].said
    for line in ("chek", "check --jason", "jobs list --most many", "revoke", "jobs"):
        with pytest.raises(click.UsageError):
            parsed(Command(said, "inlay", tuple(line.split()), whole=True))


# What can be tried: words that a command begins with, and the exit codes that are no fault on a machine without cores.
TRIED: dict[str, set[int]] = {
    "init": {0}, "check": {0, 1}, "why -k": {0, 1}, "db upgrade": {0}, "db backup": {0}, "admin link": {0},
    "alerts": {0}, "api-key create": {0}, "api-key list": {0}, "audit search": {0}, "audit verify": {0},
    "audit seals export": {0}, "audit purge": {0}, "audit erase": {0}, "core maps": {0}, "events tail": {0},
    "feedback export": {0}, "jobs list": {0}, "jobs replay --kind": {0}, "keys list": {0}, "keys rotate": {0},
    "keys backup": {0}, "leave -k": {0}, "preview new": {0}, "preview export": {0}, "reload": {0}, "revoke -k": {0},
    "rollout -k": {0}, "core try lead_score --features lead.json": {0}, "token -k": {0},
}  # fmt: skip
ALSO = {  # what makes a command end by itself, here
    "events tail": "--no-follow", "preview new": "--components components", "preview export": "--components components",
    "core try lead_score": "--answer sample.json", "audit erase": "--yes",
}  # fmt: skip
SETTINGS = """
[server]
public_url = "http://127.0.0.1:9"
keys = ["env:INLAY_KEY"]
allow_private = ["127.0.0.1"]
[cores.lead]
url = "http://127.0.0.1:9"
map = "mlflow"
model = "lead"
model_version = "1"
[cores.next]
url = "http://127.0.0.1:9"
map = "mlflow"
model = "lead"
model_version = "2"
[capabilities.lead_score]
core = "lead"
records = ["Lead", "Deal"]
fields = ["activity", "company_size", "industry", "meetings"]
[connections.acme]
host = "guest"
origins = ["http://127.0.0.1:5000"]
components = ["score-badge", "score-card"]
capabilities = ["lead_score"]
issuer = "https://acme.example"
audience = "http://127.0.0.1:9"
algorithms = ["HS256"]
shared_keys = { k1 = "env:ACME_KEY" }
"""


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a configuration, its database, and the files that the documents name; its core is away."""
    folder = tmp_path_factory.mktemp("docs")
    with pytest.MonkeyPatch.context() as here:
        surroundings(here)
        here.chdir(folder)
        acme = SETTINGS.partition("[connections.acme]")[2]
        Path("inlay.toml").write_text(f"{SETTINGS}[connections.crm]{acme}[connections.app]{acme}")
        done = CliRunner().invoke(main, ["db", "upgrade"])
        assert done.exit_code == 0, done.output
    (folder / "lead.json").write_text('{"activity": 7, "company_size": 300}')
    (folder / "sample.json").write_text('{"predictions": [[0.28, 0.72]]}')
    shutil.copytree(ROOT / "components/score-badge", folder / "components/score-badge")
    shutil.copytree(ROOT / "components/score-card", folder / "components/score-card")
    return folder


def surroundings(here: pytest.MonkeyPatch) -> None:
    for name in ("INLAY_KEY", "ACME_KEY"):
        here.setenv(name, f"{name}-0123456789abcdef0123456789abcdef")


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where a command may open what it is told to write."""
    monkeypatch.chdir(tmp_path)
    surroundings(monkeypatch)
    return tmp_path


def tried() -> list[Any]:
    """Each different command that can be tried, whole: the first of its kind in `make test`, all in `make proof`."""
    known: dict[tuple[str, ...], Any] = {}
    kinds: set[str] = set()
    for command in COMMANDS:
        words, line = filled(command.words), f"{command} "
        kind = next((begin for begin in TRIED if line.startswith(f"inlay {begin} ")), "")
        for begin, more in ALSO.items():
            if line.startswith(f"inlay {begin} ") and more.split()[0] not in words:
                words += more.split()
        if kind and tuple(words) not in known and is_complete(command):
            marks = [pytest.mark.proof] if kind in kinds else []
            known[tuple(words)] = pytest.param(tuple(words), TRIED[kind], marks=marks, id=" ".join(words))
            kinds.add(kind)
    return [*known.values()]


def is_complete(command: Command) -> bool:
    """Whether it has all that it needs; a file that is not there yet is no matter."""
    try:
        parsed(replace(command, whole=True))
    except click.MissingParameter:
        return False
    except click.UsageError:
        pass
    return True


@pytest.mark.parametrize(("words", "codes"), tried())
def test_it_does_what_it_says(words: tuple[str, ...], codes: set[int], deployment: Path, scratch: Path) -> None:
    shutil.copytree(deployment, scratch, dirs_exist_ok=True)
    text = Path("inlay.toml").read_text()
    if "deal-card" in words:  # as the page says, it is listed
        Path("inlay.toml").write_text(text.replace('"score-card"]', '"score-card", "deal-card"]'))
    if words[0] == "init":  # never over one that is there
        Path("inlay.toml").unlink()
    done = CliRunner().invoke(main, words)
    assert done.exit_code in codes, done.output + done.stderr
    assert done.exception is None or isinstance(done.exception, SystemExit)


def test_every_make_target_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    said = [each for page in pages() for each in (*page.blocks("sh"), *page.words())]
    named = {(word, str(each)) for each in said for word in re.findall(r"^make ([a-z]+)\b", each.text, re.MULTILINE)}
    assert len({word for word, _ in named}) >= 5
    assert not {where for word, where in named if word not in targets}
    settings = {(name, str(each)) for each in said for name in re.findall(r"\bmake [a-z]+ ([A-Z]+)=", each.text)}
    assert not {where for name, where in settings if f"$({name})" not in makefile}
