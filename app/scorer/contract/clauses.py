"""Cuts a contract's text into clauses: sentence-sized exact slices, each with a plain form for matching.

Linear in the text, whatever it holds: each pattern here looks at most a fixed way ahead.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_CLAUSE = 1500  # characters; longer sentences are cut where they pause
PREFERRED_CLAUSE = 700  # from here on, a semicolon ends a clause
MIN_CLAUSE = 70  # shorter pieces are headings or numbers, and belong to what follows, unless they are sentences
SENTENCE_WORDS = 3  # so many begin with a small letter

_END = re.compile(
    r"[.!?][\"'”’)]{0,2}(?=\s)"  # a sentence's end, perhaps
    r"|;(?=\s)"
    r"|\n[^\S\n]*\n"  # an empty line
    r"|\n(?=[^\S\n]{0,40}(?:ARTICLE|Article|SECTION|Section|\d{1,2}\.(?:\d{1,2}\.?){0,3})\s)"  # a numbered heading
)
_ABBREVIATION = re.compile(
    r"(?:[\s(\"“](?:[A-Za-z]|(?:[A-Za-z]\.){1,4}[A-Za-z]?"
    r"|Inc|Ltd|Co|Corp|No|Nos|Sec|Art|Mr|Mrs|Ms|Dr|St|Ave|Jr|Sr|vs?|etc|cf|Cal|Del|approx|incl|Exh?|Attn|Tel|Ste)"
    r"|\n[^\S\n]*[\dA-Za-z]{0,3}\.?\d{1,3})$",  # the number of a heading
)
_SPACE = re.compile(r"\s+")
_BROKEN_WORD = re.compile(r"(?<=[a-z])- (?=[a-z])")  # world- wide: a line ended there
_PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "‑": "-", "\u00ad": ""})


@dataclass(frozen=True, slots=True)
class Page:
    """A page's number and where its text stands; `end` is exclusive."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """`text[start:end]` of the document; `plain` has single spaces and plain quotes and dashes."""

    start: int
    end: int
    plain: str


def clauses(text: str) -> list[Clause]:
    """The clauses of a text in their order; what stands between them is white space."""
    found: list[Clause] = []
    for start, end in _joined(text):
        plain = plainly(text[start:end])
        if any(char.isalnum() for char in plain):
            found.append(Clause(start, end, plain))
    return found


def plainly(text: str) -> str:
    """Single spaces, plain quotes and dashes, and words that a line's end broke whole again: what patterns match."""
    spaced = _SPACE.sub(" ", text.translate(_PLAIN)).strip()
    return _BROKEN_WORD.sub("-", spaced)


def page_of(offset: int, pages: Sequence[Page]) -> int | None:
    """The number of the page that an offset is on; on a page break, of the one before. None without pages."""
    place = bisect_right(pages, offset, key=lambda page: page.start) - 1
    return pages[max(place, 0)].number if pages else None


def _joined(text: str) -> Iterator[tuple[int, int]]:
    """Headings and numbers go with what they stand above."""
    held: int | None = None
    end = 0
    for start, stop in _pieces(text):
        first = start if held is None else held
        end = stop
        if stop - first < MIN_CLAUSE and not _is_sentence(text[first:stop]):
            held = first
            continue
        held = None
        yield from _cut(text, first, stop)
    if held is not None:
        yield held, end


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(text):
        if _is_end(text, start, match):
            yield from _stripped(text, start, match.end())
            start = match.end()
    yield from _stripped(text, start, len(text))


def _is_end(text: str, start: int, match: re.Match[str]) -> bool:
    mark = text[match.start()]
    if mark == ";":
        return match.end() - start > PREFERRED_CLAUSE
    near = text[max(start, match.start() - 12) : match.start()]
    before = near if len(near) == 12 else f"\n{near}"
    following = text[match.end() : match.end() + 40].lstrip()[:1]
    if mark == "\n":
        # a wrapped line may begin with a number, a sentence goes on over a page; a list does after a colon or a comma
        last = before.rstrip()[-1:]
        empty_line = match.end() - match.start() > 1
        return not last or last in '.;!?)"”' or (empty_line and last not in ",:" and not following.islower())
    return not following.islower() and not (mark == "." and _ABBREVIATION.search(before))


def _is_sentence(text: str) -> bool:
    """Rather than a heading, whose words are few or begin with capitals."""
    return text[-1] in ".!?" and sum(word[0].islower() for word in text.split()) >= SENTENCE_WORDS


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """No piece over the maximum; cut after a pause if there is one in its second half."""
    while end - start > MAX_CLAUSE:
        window = text[start : start + MAX_CLAUSE]
        pauses = (window.rfind(mark) for mark in ("\n\n", "; ", ";\n", ", ", ",\n", "\n", " "))
        pause = next((place for place in pauses if place > MAX_CLAUSE // 2), MAX_CLAUSE - 1) + 1
        yield from _stripped(text, start, start + pause)
        start += pause
    yield from _stripped(text, start, end)
