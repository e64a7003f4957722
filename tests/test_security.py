"""SECURITY.md says of each requirement of OWASP ASVS 5.0, levels 1 and 2, how it stands; what it names is there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
STATES = ("held", "partly", "operator", "none", "not met")
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([12]) \| ([a-z ]+) \| (.+?) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[a-z0-9_/]+\.py)::(test_\w+)`")


def wanted() -> dict[str, str]:
    """The standard's requirements of levels 1 and 2, without its words: each id with its level."""
    lines = (ROOT / "tests/asvs.txt").read_text("utf-8").splitlines()
    return dict(line.split() for line in lines if not line.startswith("#"))


@cache
def functions(path: str) -> frozenset[str]:
    if not (ROOT / path).exists():
        return frozenset()
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_requirement_is_there_once_with_its_level() -> None:
    rows = ROW.findall(TEXT)
    assert {id_: level for id_, level, _, _ in rows} == wanted()
    assert len(rows) == len(wanted()) == 253
    assert TEXT.count("\n| V") == len(rows), "a row that cannot be read"


def test_every_state_is_one_and_is_counted() -> None:
    counted = Counter(state for _, _, state, _ in ROW.findall(TEXT))
    assert set(counted) <= set(STATES)
    for state in STATES:
        assert f"{state}: {counted[state]}" in TEXT, f"SECURITY.md counts otherwise: {state}: {counted[state]}"


def test_what_holds_it_is_there() -> None:
    wrong = []
    for id_, _, state, says in ROW.findall(TEXT):
        named = NAMED.findall(says)
        missing = [f"{path}::{name}" for path, name in named if name not in functions(path)]
        wrong += [f"{id_}: there is no {each}" for each in missing]
        if not named and state in ("held", "partly"):
            wrong.append(f"{id_} is {state}, and no test says so")
        if len(NAMED.sub("", says)) < 8:
            wrong.append(f"{id_}: say it in a sentence")
    assert not wrong, "\n".join(["", *wrong])


@pytest.mark.parametrize("words", ["## How to report", "## What is supported", "## Whom we trust"])
def test_it_has_its_parts(words: str) -> None:
    assert words in TEXT


def test_the_document_says_how_soon() -> None:
    assert [words for words in ("within 3 days", "within 7 days", "within 30 days") if words not in TEXT] == []
