"""No text makes a pattern of ours run for long: each is tried on texts that begin as it likes and end as it does not.

Every pattern of the code is found, in whatever way it is written. Its own parse tree says what leads to each of its
repetitions and what these take; that is repeated to a length, an end put behind it that cannot match, and the match
timed. What backtracks without end is cut off by an alarm. Patterns of playbooks run in RE2, whose time is linear
whatever is written; that they do is a test of its own.
"""

from __future__ import annotations

import ast
import importlib
import re
import signal
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from re import _compiler, _parser  # type: ignore[attr-defined]
from re import _constants as op  # type: ignore[attr-defined]
from typing import Any

import pytest

import app
from app.audit.redaction import clean_text
from app.config.sections import section_of
from app.documents.html import _CHARSET
from app.documents.pages import clean
from app.documents.sniff import sniff
from app.scorer.contract.facts import _FORM
from app.scorer.contract.sieve import compile_pattern

ROOT = Path(app.__file__).resolve().parent.parent
FUNCTIONS = frozenset({"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"})
LENGTH = 8_000  # characters of a text that is tried; at a square's cost that is 32 million steps
MOST_S = 0.04  # of a processor, for one text; a linear match takes a hundredth of it
FEW = 16  # a repetition of at most so many cannot cost much
LETTERS = " \t\n\ra0A_-.,:;/\\\"'<>()[]{}=!@#$%&*+?^|~é中"
ENDS = ("", "\0", "!\n")

# What is put together while it runs: place -> of what, and why no stranger makes it slow.
MADE = {
    "app/cli/host.py:re.sub('|'.join(pairs)": "words of our own template",
    "app/config/kinds.py:re.fullmatch(pattern": "the pattern is its caller's, found there",
    "app/hosts/_claims.py:re.compile(pattern": "the pattern is its caller's, found there",
    "app/hosts/_setup.py:re.fullmatch(pattern": "the pattern is its caller's, and the text one line of an admin",
    "app/hosts/_steps.py:re.sub(f'(Inlay": "one name in pages of our own",
    "app/hosts/guest/package.py:re.search(f'\\\\b{claim}": "one word between two edges",
    "app/hosts/salesforce/bundles.py:re.search(f'\\\\b{action}": "a word of the package that we made",
    "app/scorer/contract/dates.py:re.compile(form": "forms without a repetition, tried through what they are joined to",
    "app/scorer/features.py:re.compile(f'\\\\b{re.escape": "one word between two edges",
    "app/scorer/shapes.py:re.fullmatch(self.form": "sixty-four signs of one set",
    "app/scorer/problems.py:re.compile(f": "over one line of the operator's own file",
}
# Slower than linear: place -> what it is matched with, which no stranger writes or makes long.
OURS = {
    "app/audit/redaction.py": "at most 4,000 characters of a text",
    "app/hosts/salesforce/bundles.py": "paths and scripts of a package that an admin built, at the command line",
    "app/preview/contrast.py": "our own sheet",
    "app/preview/lint.py": "a designer's own file",
    "app/web/compiled.py": "our own templates, at the start",
    "app/web/sources.py": "our own scripts and sheets, at the start",
}


@dataclass(frozen=True)
class Found:
    """A pattern, and the functions that it is used by, as far as its module tells."""

    place: str
    pattern: str | bytes
    flags: int
    uses: frozenset[str]


# --- finding them ---


def found() -> Iterator[Found]:
    for path in sorted((ROOT / "app").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        if not any(_argument(call, path) for call in calls):
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        names, uses = vars(importlib.import_module(name)), _uses(tree, calls)
        for call in calls:
            if (said := _argument(call, path)) is None:
                continue
            place = f"{path.relative_to(ROOT)}:{call.lineno}"
            try:
                pattern, flags = _value(said[0], names), _value(said[1], names) if said[1] is not None else 0
            except NameError:
                key = f"{path.relative_to(ROOT)}:{ast.unparse(call)}"
                assert any(key.startswith(each) for each in MADE), f"{place} is made while it runs: say in MADE of what"
                continue
            yield Found(place, pattern, int(flags), uses.get(call, frozenset({said[2]})))


def _argument(call: ast.Call, path: Path) -> tuple[ast.expr, ast.expr | None, str] | None:
    """The pattern, its flags, and the function."""
    named = {each.arg: each.value for each in call.keywords}
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.func.value.id == "re":
        if call.func.attr not in FUNCTIONS:
            return None
        at = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(call.func.attr, 2)
        flags = named.get("flags") or (call.args[at] if len(call.args) > at else None)
        return call.args[0], flags, call.func.attr if call.func.attr != "compile" else "search"
    called = call.func.id if isinstance(call.func, ast.Name) else ""
    if called == "matching":
        return call.args[0], None, "fullmatch"
    if called == "text" and path.parent.name == "config" and len(call.args) > 1:
        return call.args[1], None, "fullmatch"
    return (named["pattern"], None, "search") if "pattern" in named and called in {"Meta", "Ask", "Question"} else None


def _uses(tree: ast.Module, calls: Sequence[ast.Call]) -> dict[ast.AST, frozenset[str]]:
    """Of what is compiled into a name of the module: the methods that are called on that name."""
    on: dict[str, set[str]] = {}
    for call in calls:
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            on.setdefault(call.func.value.id, set()).add(call.func.attr)
    return {
        node.value: frozenset(on[node.targets[0].id] & FUNCTIONS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and on.get(node.targets[0].id, set()) & FUNCTIONS
    }


def _value(expression: ast.expr, names: dict[str, Any]) -> Any:
    return eval(compile(ast.Expression(expression), "pattern", "eval"), names)


# --- attacking them ---


@dataclass(frozen=True)
class _Tree:
    parsed: Any
    pieces: dict[str, Any] = field(default_factory=dict)

    def takes(self, item: Any, text: str) -> bool:
        """Whether this piece of it takes this text as a whole."""
        key = repr(item)
        if key not in self.pieces:
            self.pieces[key] = None
            with suppress(re.error, ValueError, RecursionError):
                self.pieces[key] = _compiler.compile(_parser.SubPattern(self.parsed.state, [item]))
        piece = self.pieces[key]
        return piece is not None and piece.fullmatch(text) is not None

    def sample(self, items: Any, turn: int = 0) -> str:
        """A text that these pieces take, about; another one with another `turn`."""
        out = ""
        for kind, said in items:
            if kind is op.LITERAL:
                out += chr(said)
            elif kind in (op.IN, op.NOT_LITERAL, op.ANY):
                fits = [each for each in LETTERS if self.takes((kind, said), each)] or [
                    chr(each[1] if each[0] is op.LITERAL else each[1][0])
                    for each in (said if kind is op.IN else ())
                    if each[0] in (op.LITERAL, op.RANGE)
                ]
                out += fits[turn % len(fits)] if fits else ""
            elif kind is op.BRANCH:
                out += self.sample(said[1][turn % len(said[1])], turn)
            elif kind in REPEATS:
                out += self.sample(said[2], turn) * max(said[0], min(1, said[1]))
            else:
                out += "".join(self.sample(each, turn) for each in _inner(kind, said))
        return out

    def repetitions(self, items: Any, before: str = "") -> Iterator[tuple[str, Any]]:
        """What leads to each that may go on for long, and what it repeats."""
        for kind, said in items:
            if kind in REPEATS:
                if said[1] > FEW:
                    yield before, said[2]
                yield from self.repetitions(said[2], before)
            elif kind is op.BRANCH:
                for each in said[1]:
                    yield from self.repetitions(each, before)
            else:
                for each in _inner(kind, said):
                    yield from self.repetitions(each, before)
            before += self.sample([(kind, said)])


REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)


def _inner(kind: Any, said: Any) -> list[Any]:
    if kind is op.SUBPATTERN:
        return [said[3]]
    if kind is op.ATOMIC_GROUP:
        return [said]
    return []  # what only looks around takes no text


def attacks(pattern: str | bytes, flags: int) -> Iterator[str]:
    """Texts that are long where it repeats, and end as it does not."""
    tree = _Tree(_parser.parse(pattern, flags))
    begun = set()
    for before, repeated in tree.repetitions(tree.parsed):
        singles = [each for each in LETTERS if len(repeated) == 1 and tree.takes(repeated[0], each)][:6]
        whole = [tree.sample(repeated, turn) for turn in range(3)]
        for pump in dict.fromkeys(
            [*singles, *whole, *(before + each for each in whole), *(each * 2 for each in whole)]
        ):
            if pump and (before, pump) not in begun:
                begun.add((before, pump))
                yield from (before + pump * (LENGTH // len(pump)) + end for end in ENDS)


def took_s(each: Found, text: str, most_s: float = MOST_S) -> float:
    """How long the slowest of its uses takes; it is cut off at three times `most_s`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = re.compile(each.pattern, each.flags)
    given: Any = text.encode("utf-8", "replace") if isinstance(each.pattern, bytes) else text
    worst = 0.0
    for use in each.uses & {"fullmatch", "match"} or {"search"}:
        run = getattr(compiled, use)
        if use == "search" and each.uses & {"finditer", "findall", "sub", "subn", "split"}:
            run = lambda text: sum(1 for _ in compiled.finditer(text))  # noqa: E731
        begun = time.process_time()
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, 3 * most_s)
            run(given)
        except TimeoutError:
            return 3 * most_s
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        worst = max(worst, time.process_time() - begun)
    return worst


def cut_off(*_: Any) -> None:
    raise TimeoutError


@pytest.fixture
def alarm() -> Iterator[None]:
    before = signal.signal(signal.SIGVTALRM, cut_off)
    yield
    signal.signal(signal.SIGVTALRM, before)


def slow(each: Found) -> str:
    """The text that it is slow on; empty where it is on none."""
    for text in attacks(each.pattern, each.flags):
        if took_s(each, text) > MOST_S and took_s(each, text) > MOST_S:  # once may be a collection of garbage
            return f"{text[:40]!r}...{text[-10:]!r}"
    return ""


@pytest.mark.proof
def test_no_pattern_of_the_code_is_slow_on_any_text(alarm: None) -> None:
    tried = {(each.pattern, each.flags, each.uses): each for each in found()}.values()
    assert len(tried) > 200
    slow_ones = {each.place: f"{each.place}: {each.pattern!r} on {text}" for each in tried if (text := slow(each))}
    wrong = [said for place, said in slow_ones.items() if place.partition(":")[0] not in OURS]
    assert not wrong, "\n".join(["", *wrong])
    assert [each for each in OURS if not (ROOT / each).exists()] == []


def test_none_of_those_that_fields_are_declared_with_is_slow(alarm: None) -> None:
    """Nobody bounds these texts before: whoever may speak at all could hold up a whole process with a slow one."""
    declared = {each.pattern: each for each in found() if each.place.startswith("app/machines/api/")}
    assert len(declared) > 15
    assert [f"{each.place} on {text}" for each in declared.values() if (text := slow(each))] == []


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"\s*=\s*\s*x", r"(<!--.*?-->\s*)*<html", r"a.*b.*c"])
def test_one_that_is_slow_is_found(alarm: None, pattern: str) -> None:
    assert slow(Found("here", pattern, re.DOTALL, frozenset({"search"})))


@pytest.mark.proof
def test_what_is_made_while_it_runs_is_still_made() -> None:
    text = "\n".join(
        f"{path.relative_to(ROOT)}:{ast.unparse(node)}"
        for path in sorted((ROOT / "app").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
    )
    assert [each for each in MADE if each not in text] == []


@pytest.mark.parametrize(
    ("read", "given"),
    [
        (
            lambda text: sniff(text, "a", ""),
            b"<!---->" * 580 + b"x",
        ),  # each comment could have ended at any end after it
        (clean, "\t" * 50_000 + "x"),
        (_CHARSET.search, b"<meta charset =" + b" " * 50_000),
        (_FORM.search, "0" * 50_000),
        (lambda text: section_of(text, "a"), "[" + " " * 5_000),
        (clean_text, "eyJ0" * 50_000),
    ],
    ids=["comments", "tabs", "charset", "company", "header", "token"],
)
def test_what_was_slow_once_is_not(read: Any, given: Any) -> None:
    begun = time.process_time()
    read(given)
    assert time.process_time() - begun < 0.5


def test_a_playbook_s_pattern_cannot_be_slow_whatever_is_written() -> None:
    begun = time.process_time()
    for pattern in (r"(a+)+$", r"(a|a)*b", r"(.*)*x"):
        assert compile_pattern(pattern).search(b"a" * 200_000 + b"!") is None
    assert time.process_time() - begun < 1.0
