"""What strangers may send: any text and JSON that there can be, and good things with a piece of them spoiled."""

from __future__ import annotations

import copy
import itertools
import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import strategies as st

# Half surrogates, NUL, line ends, what turns text around, digits of other scripts, and what parsers trip over.
ODD = (
    "", " ", "\0", "\ud800", "\udfff\ud800", "\u202e", "\n", "\r\n", "\x85", "\u2028", "é", "中", "😀", "²", "١٢", "𝟜",
    "0", "-1", "1e999", "NaN", "null", "true", "1_000", "0x10", "9" * 400, "9" * 5_000, "=1+1", "'", '"', "\\", "<b>",
    "../..", "%00", "%", "/", "//", ".", "a.b.c", "::", "[", "{", "{}", "[[", "a" * 300, "A" * 5_000, "𐀀" * 300,
    "2026-11-30T09:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-30", "https://[", "http://a:x/",
)  # fmt: skip
NUMBERS = (
    0, -1, 1, 100, 101, 2**31, 2**53, 2**63, 2**64, -(2**63) - 1, 10**18, 10**400, 0.5, -0.0, 1e-320, 1e18, 1e308,
    float("inf"), float("-inf"), float("nan"),
)  # fmt: skip


def rounds(seconds: float) -> Iterator[int]:
    """Where each round of inputs begins, another in each run: one round at least, and none begins after so long."""
    until = time.monotonic() + seconds
    for number in itertools.count(time.time_ns()):
        yield number
        if time.monotonic() > until:
            return


@contextmanager
def cut_off(seconds: float) -> Iterator[None]:
    """What goes on for so long, of a processor, is ended by a TimeoutError: without it a proof would never end."""

    def end(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


texts = st.one_of(st.sampled_from(ODD), st.text(max_size=40))
scalars = st.one_of(st.none(), st.booleans(), st.sampled_from(NUMBERS), st.integers(), st.floats(), texts)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=8,
)
deep = st.sampled_from((1, 50, 2_000, 100_000)).flatmap(
    lambda n: st.sampled_from(("[" * n, '{"a":' * n, "[" * n + "]" * n, '{"a":' * n + "1" + "}" * n))
)


def spoiled(*good: Any) -> st.SearchStrategy[Any]:
    """One of these JSON values, with one to three of its members replaced, taken away, doubled or renamed."""
    return st.sampled_from(good).flatmap(
        lambda one: st.builds(_spoil, st.just(one), st.lists(_changes(one), min_size=1, max_size=3))
    )


def json_bytes(*good: Any) -> st.SearchStrategy[bytes]:
    """A body that was meant to be JSON: well written of anything, or damaged."""
    written = st.one_of(spoiled(*good), values).map(lambda value: json.dumps(value).encode())
    whole = [json.dumps(each).encode() for each in good]
    return st.one_of(written, damaged(*whole), st.binary(max_size=60), deep.map(str.encode))


def damaged(*good: bytes) -> st.SearchStrategy[bytes]:
    """One of these, with bytes flipped, cut, doubled, moved or put in."""
    return st.sampled_from(good).flatmap(
        lambda one: st.lists(_damages(len(one)), min_size=1, max_size=4).map(lambda all_: _damage(one, all_))
    )


def damaged_text(*good: str) -> st.SearchStrategy[str]:
    """The same of texts, in which pieces of others may stand too."""
    return st.sampled_from(good).flatmap(
        lambda one: st.lists(
            st.tuples(st.integers(0, len(one)), st.integers(0, 30), st.one_of(texts, _piece_of(one))),
            min_size=1,
            max_size=4,
        ).map(lambda all_: _replaced(one, all_))
    )


def _piece_of(text: str) -> st.SearchStrategy[str]:
    return st.tuples(st.integers(0, len(text)), st.integers(1, 40)).map(lambda at: text[at[0] : at[0] + at[1]])


def _replaced(text: str, changes: list[tuple[int, int, str]]) -> str:
    for at, length, new in changes:
        text = text[:at] + new + text[at + length :]
    return text


Path = tuple[Any, ...]


def _paths(value: Any, here: Path = ()) -> list[Path]:
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [here, *(path for name, each in inner for path in _paths(each, (*here, name)))]


def _changes(value: Any) -> st.SearchStrategy[tuple[Path, str, Any]]:
    ways = st.sampled_from(("replace", "replace", "replace", "drop", "double", "rename"))
    return st.tuples(st.sampled_from(_paths(value)), ways, values)


def _spoil(value: Any, changes: list[tuple[Path, str, Any]]) -> Any:
    value = copy.deepcopy(value)
    for path, way, new in changes:
        if not path:
            value = new if way == "replace" else value
            continue
        try:
            place = value
            for step in path[:-1]:
                place = place[step]
            _change(place, path[-1], way, new)
        except (KeyError, IndexError, TypeError):  # an earlier change took the place away
            continue
    return value


def _change(place: Any, name: Any, way: str, new: Any) -> None:
    if way == "drop":
        del place[name]
    elif way == "double" and isinstance(place, list):
        place.extend(copy.deepcopy(place[name]) for _ in range(300))
    elif way == "rename" and isinstance(place, dict):
        place[new if isinstance(new, str) else str(name)[::-1]] = place.pop(name)
    else:
        place[str(name) if isinstance(place, dict) else name] = new


def _damages(length: int) -> st.SearchStrategy[Callable[[bytes], bytes]]:
    at = st.integers(0, max(length - 1, 0))
    return st.one_of(
        st.tuples(at, st.integers(1, 255)).map(lambda how: lambda b: _flip(b, *how)),
        at.map(lambda here: lambda b: b[:here]),
        st.tuples(at, st.integers(1, 60)).map(lambda how: lambda b: b[: how[0]] + b[how[0] + how[1] :]),
        st.tuples(at, st.integers(1, 60), at).map(
            lambda how: lambda b: b[: how[2]] + b[how[0] : how[0] + how[1]] + b[how[2] :]
        ),
        st.tuples(at, st.binary(min_size=1, max_size=20)).map(lambda how: lambda b: b[: how[0]] + how[1] + b[how[0] :]),
    )


def _flip(content: bytes, at: int, bits: int) -> bytes:
    return content[:at] + bytes([content[at] ^ bits]) + content[at + 1 :] if at < len(content) else content


def _damage(content: bytes, damages: list[Callable[[bytes], bytes]]) -> bytes:
    for each in damages:
        content = each(content)
    return content
