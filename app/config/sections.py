"""The text of one section of a configuration, to show it and to put another in its place.

Everything around it stays as it was written, comments too. What a section is, is found by its headers alone; so
whoever puts one in holds the settings around it against what they were.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEADER = re.compile(r"\s*\[\[?([^\[\]]+)\]\]?\s*(?:#.*)?")
_PART = re.compile(r"[\w-]+|\"[^\"]*\"|'[^']*'")


def section_of(text: str, *path: str) -> str:
    """The section with all below it, and the comments right above; empty where it has no header of its own."""
    lines = _lines(text)
    return "".join("".join(lines[begin:end]) for begin, end in _places(lines, path)).strip("\n")


def first_line(text: str, *path: str) -> int:
    """The number of the line that the section begins on; 1 where there is none."""
    lines = _lines(text)
    return next((begin + 1 for begin, _ in _places(lines, path)), 1)


def with_section(text: str, new: str, *path: str) -> str:
    """The text with `new` in the section's place, or at its end. An empty `new` takes the section out."""
    lines = _lines(text)
    places = _places(lines, path)
    new = new.strip("\n") + "\n" if new.strip() else ""
    if not places:
        return text.rstrip("\n") + "\n\n" + new if new else text
    at = places[0][0]
    for begin, end in reversed(places):
        after_it = end < len(lines) and begin == at and bool(new)
        lines[begin:end] = [new + "\n" * after_it] if begin == at else []
    return "".join(lines)


def _lines(text: str) -> list[str]:
    """Lines with their ends, as TOML has them: other ends of lines may stand within a value."""
    return [f"{each}\n" for each in text.split("\n")[:-1]] + [each for each in text.split("\n")[-1:] if each]


def _places(lines: Sequence[str], path: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where it begins and ends, piece by piece."""
    headers = [(number, _header(line)) for number, line in enumerate(lines) if _HEADER.fullmatch(line.rstrip("\n"))]
    starts = [_above(lines, number) for number, _ in headers]
    ends = [*starts[1:], len(lines)] if starts else []
    found: list[tuple[int, int]] = []
    for (_, header), begin, end in zip(headers, starts, ends, strict=True):
        if header[: len(path)] != path:
            continue
        if found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found


def _above(lines: Sequence[str], number: int) -> int:
    """The first line of the comments that stand right above a header."""
    while number and lines[number - 1].lstrip().startswith("#"):
        number -= 1
    return number


def _header(line: str) -> tuple[str, ...]:
    match = _HEADER.fullmatch(line.rstrip("\n"))
    return tuple(part.strip("\"'") for part in _PART.findall(match[1])) if match else ()
