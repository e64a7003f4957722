"""What is kept for the next start is never believed wrongly: another text, another compiler, half a file."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import DictLoader, Environment

from app.house import HOUSE
from app.web import compiled
from app.web.compiled import Kept, environment

Compiled = list[str]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Compiled:
    """The templates that were compiled, one by one."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    names: Compiled = []
    generate: Callable[..., str] = Environment._generate

    def noted(self: Environment, source: object, name: str, *rest: object, **named: object) -> str:
        names.append(name)
        return generate(self, source, name, *rest, **named)

    monkeypatch.setattr(Environment, "_generate", noted)
    return names


def rendered(folder: Path, text: str = "<p>\n{{ n }}\n</p>") -> str:
    """By a process that has just begun."""
    made = environment(DictLoader({"x": text}), watch=False, kept=Kept(folder))
    return made.get_template("x").render(n="<")


def test_a_start_takes_what_one_before_compiled(tmp_path: Path, seen: Compiled) -> None:
    folder = tmp_path / "not/there/yet"
    assert {rendered(folder) for _ in range(3)} == {"<p>&lt;</p>"}
    assert len(seen) == 1
    assert [path.suffix for path in folder.iterdir()] == [f".{sys.implementation.cache_tag}"]  # nothing half written


def test_another_text_is_another_template(tmp_path: Path, seen: Compiled) -> None:
    rendered(tmp_path)
    assert rendered(tmp_path, "<b>{{ n }}</b>") == "<b>&lt;</b>"
    assert rendered(tmp_path) == "<p>&lt;</p>"
    assert len(seen) == 3


def test_what_other_code_compiled_is_not_taken(tmp_path: Path, seen: Compiled, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered(tmp_path)
    monkeypatch.setattr(compiled, "_compiler", lambda: b"the next release")
    rendered(tmp_path)
    assert len(seen) == 2


@pytest.mark.parametrize("left", [0, 5, 40, 200])
def test_half_a_file_is_none(tmp_path: Path, seen: Compiled, left: int) -> None:
    rendered(tmp_path)
    [file] = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:left])
    assert rendered(tmp_path) == "<p>&lt;</p>"
    assert len(seen) == 2


def test_nothing_is_kept_where_python_keeps_nothing(
    tmp_path: Path, seen: Compiled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    rendered(tmp_path)
    assert (seen, list(tmp_path.iterdir())) == (["x"], [])


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path, seen: Compiled) -> None:
    (tmp_path / "file").touch()
    assert {rendered(tmp_path / "file" / "folder") for _ in range(2)} == {"<p>&lt;</p>"}
    assert len(seen) == 2


def test_it_lies_where_python_keeps_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", None)
    assert Kept()._folder == HOUSE / "app/web/__pycache__"
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    assert Kept()._folder.is_relative_to(tmp_path)


DOCUMENT = '[args]\nname = { type = "text", choices = ["a", 1, 1.5, true] }\non = 2026-01-02\n'


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that were read as TOML, one by one."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    texts: list[str] = []

    def noted(text: str) -> dict[str, object]:
        texts.append(text)
        return tomllib.loads(text)

    monkeypatch.setattr(compiled, "tomllib", SimpleNamespace(loads=noted))
    return texts


def test_a_document_is_read_once_for_many_starts_and_again_when_it_changes(tmp_path: Path, read: list[str]) -> None:
    file, kept = tmp_path / "stories.toml", tmp_path / "kept"
    for text in (DOCUMENT, DOCUMENT, "x = 1", "x = 1", DOCUMENT):
        file.write_text(text)
        found = Kept(kept).toml(file)
        assert found == tomllib.loads(text)
        found["mine"] = 1  # what a reader does with it is not kept
    assert read == [DOCUMENT, "x = 1", DOCUMENT]
    assert len(list(kept.iterdir())) == 1


@pytest.mark.parametrize("left", [0, 1, 32, -1])
def test_half_a_document_is_read_anew(tmp_path: Path, read: list[str], left: int) -> None:
    file, kept = tmp_path / "stories.toml", tmp_path / "kept"
    file.write_text(DOCUMENT)
    Kept(kept).toml(file)
    [path] = kept.iterdir()
    path.write_bytes(path.read_bytes()[:left])
    assert Kept(kept).toml(file) == tomllib.loads(DOCUMENT)
    assert len(read) == 2


def test_what_is_no_toml_is_refused_each_time(tmp_path: Path, read: list[str]) -> None:
    file = tmp_path / "stories.toml"
    file.write_text("= no")
    for _ in range(2):
        with pytest.raises(tomllib.TOMLDecodeError):
            Kept(tmp_path / "kept").toml(file)
