"""What is public in a room says what it means, and which errors of ours it raises: read from the tree.

An interface says it once: a method that it, or the class above, has by that name, with its sentence, needs none of its
own. An error's title is its sentence; a migration's is that of its module.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.test_architecture import modules

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
ERROR = "InlayError"


@dataclass(frozen=True, slots=True)
class Public:
    """Something that others of the house may use."""

    path: str
    within: tuple[ast.ClassDef, ...]
    node: Definition

    @property
    def room(self) -> str:
        return Path(self.path).with_suffix("").parts[1]

    @property
    def doc(self) -> str:
        return ast.get_docstring(self.node) or ""

    def __str__(self) -> str:
        return f"{self.path}:{self.node.lineno} {'.'.join(each.name for each in (*self.within, self.node))}"


@cache
def everything() -> tuple[Public, ...]:
    return tuple(each for module in modules() for each in _public(module.path, (), module.tree.body))


def _public(path: str, within: tuple[ast.ClassDef, ...], body: list[ast.stmt]) -> Iterator[Public]:
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield Public(path, within, node)
            if isinstance(node, ast.ClassDef):
                yield from _public(path, (*within, node), node.body)


@cache
def kin() -> dict[str, frozenset[str]]:
    """Each error of ours with the names that it goes by: its own, and those of what it is a kind of."""
    above = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    }
    found: dict[str, frozenset[str]] = {}
    for name in above:
        names, more = {name}, {name}
        while more := {base for each in more for base in above.get(each, ())} - names:
            names |= more
        if ERROR in names:
            found[name] = frozenset(names)
    return found


@cache
def interfaces() -> frozenset[tuple[str, str]]:
    """Room and method, of what an interface of the room says."""
    return frozenset(
        (each.room, each.node.name)
        for each in everything()
        if each.within and each.doc and any("Protocol" in ast.unparse(base) for base in each.within[-1].bases)
    )


@cache
def told_above() -> frozenset[tuple[str, str]]:
    """Class and method, of what has its sentence there."""
    return frozenset((each.within[-1].name, each.node.name) for each in everything() if each.within and each.doc)


def excused(each: Public) -> bool:
    if isinstance(each.node, ast.ClassDef):
        return each.node.name in kin()
    above = {ast.unparse(base).rpartition(".")[2] for one in each.within[-1:] for base in one.bases}
    overrides = bool(above) and any((base, each.node.name) in told_above() for base in above)
    interface = bool(each.within) and (each.room, each.node.name) in interfaces()
    return overrides or interface or "/migrations/versions/" in each.path


def raised(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The errors of ours that the function itself raises by name; what it calls may raise more."""
    found, left = set(), list(node.body)
    while left:
        each: ast.AST = left.pop()
        if isinstance(each, Definition | ast.Lambda) or _ends_the_command(each):
            continue
        if isinstance(each, ast.Raise) and each.exc is not None:
            made = each.exc.func if isinstance(each.exc, ast.Call) else each.exc
            found.add(ast.unparse(made).rpartition(".")[2])
        left += ast.iter_child_nodes(each)  # type: ignore[arg-type]
    return found & kin().keys()


def _ends_the_command(node: ast.AST) -> bool:
    """`with words():` makes of an error what the command says and its exit code."""
    return isinstance(node, ast.With) and any(ast.unparse(item.context_expr) == "words()" for item in node.items)


def unnamed(each: Public) -> set[str]:
    """What it raises and does not say; its class may say it for all methods."""
    if isinstance(each.node, ast.ClassDef):
        return set()
    docs = " ".join((each.doc, *(ast.get_docstring(above) or "" for above in each.within)))
    _, says, names = docs.replace("raises", "Raises").partition("Raises")
    known = set(re.findall(r"\w+", names)) if says else set()
    return {name for name in raised(each.node) if not kin()[name] & known}


def faults(each: Public) -> Iterator[str]:
    if excused(each):
        return
    if not each.doc:
        yield f"{each} says nothing"
    if names := unnamed(each):
        yield f"{each} raises {', '.join(sorted(names))} and does not say so"


def test_what_is_public_says_what_it_means_and_what_it_raises() -> None:
    assert not [wrong for each in everything() for wrong in faults(each)]


def test_every_room_is_held() -> None:
    """Guests too, and rooms that are one module."""
    rooms = {each.room for each in everything()}
    assert {"net", "keys", "db", "core", "config", "hosts", "routes", "cli", "scorer", "demo", "errors"} <= rooms


def test_a_missing_sentence_is_found() -> None:
    tree = ast.parse(
        "class Way:\n    'It is.'\n    def go(self):\n        'Go.'\n        raise errors.Busy(reason='x')\n"
        "    def say(self):\n        with words():\n            raise errors.Busy(reason='x')\n"
    )
    way, go, say = _public("app/net/way.py", (), tree.body)
    assert (way.doc, unnamed(go)) == ("It is.", {"Busy"})
    assert (say.doc, unnamed(say)) == ("", set()), "what it raises becomes words, which is for whoever calls it"
