"""From what a parser found to the text that is kept: cleaned, bound together, with the pages' offsets.

A quote is looked for in this text only, so that cleaning can lose nothing: what a reader cannot see (controls,
zero-width and bidirectional marks, tag characters) goes, ligatures become their letters, and a word that is broken
over two lines is joined only where the document itself writes it unbroken elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.errors import DocumentTooLarge

Count = Callable[[int, int, float, float], None]  # pages read and in all; what they weigh, in usual pages

SYNTHETIC = 3_000  # characters: about what a printed page holds

BETWEEN = "\f"
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_LINES = dict.fromkeys((0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029), "\n")
_UNSEEN = (
    0x200B,
    0x2060,
    0xFEFF,
    0x200E,
    0x200F,
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    *range(0xFFF9, 0xFFFC),
)


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    for code in (*range(0x20), *range(0x7F, 0xA0), *_UNSEEN, *range(0xE0000, 0xE0080), *range(0xD800, 0xE000)):
        table[code] = None
    table |= {code: " " for code in range(0x3001) if unicodedata.category(chr(code)) == "Zs"}
    return table | _LIGATURES | _LINES | {0x09: "\t", 0x0A: "\n", 0x037E: ";", 0x0387: "·"}


_TABLE = _table()
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SOFT_HYPHEN = "\N{SOFT HYPHEN}"
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,})[-\N{HYPHEN}]\n([^\W\d_]{2,})")


@dataclass(frozen=True, slots=True)
class Found:
    """What a parser found: the text of each page, clean. `estimated`: they are not the file's own pages."""

    pages: Sequence[str]
    estimated: bool = False


def found(pages: Iterable[str], *, estimated: bool = False) -> Found:
    """Cleans them."""
    return Found([clean(page) for page in pages], estimated)


class Budget:
    """How much text may still come; what a parser writes is counted, so that it stops in time."""

    def __init__(self, characters: int) -> None:
        self._most = characters
        self.taken = 0

    def take(self, text: str) -> str:
        """The same text, once it is counted, in characters. Raises DocumentTooLarge."""
        self.taken += len(text)
        if self.taken > self._most:
            raise DocumentTooLarge(reason="characters")
        return text


def clean(text: str) -> str:
    """Only what can be seen; single spaces, no spaces around line ends, at most one empty line."""
    text = text.replace("\r\n", "\n").replace("\N{NO-BREAK SPACE}", " ")
    if not text.isascii() or _CONTROLS.search(text):
        text = re.sub(_SOFT_HYPHEN + r"\n?", "", text.translate(_TABLE))
    text = re.sub(r" {2,}", " ", text)
    text = re.sub(r" ?\t ?", "\t", text)
    text = re.sub(r"(?<![ \t])[ \t]*\n[ \t]*", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def cut(text: str, size: int = SYNTHETIC) -> Iterator[str]:
    """Pieces of about `size` characters, each ending with a line if there is one in its last third."""
    at = 0
    while at < len(text):
        end = at + size
        if end < len(text):
            line = text.rfind("\n", end - size // 3, end)
            line = line if line > 0 else text.rfind(" ", end - size // 20, end)
            end = line + 1 if line > 0 else end
        yield text[at:end]
        at = end


def bind(pages: Iterable[str]) -> tuple[str, list[tuple[int, int]]]:
    """The whole text, and each page's start and end in it. The pages are clean already."""
    cleaned = join_broken(list(pages))
    spans, at = [], 0
    for page in cleaned:
        spans.append((at, at + len(page)))
        at += len(page) + len(BETWEEN)
    return BETWEEN.join(cleaned), spans


def join_broken(pages: list[str]) -> list[str]:
    """`agree-` / `ment` becomes one word where the document says `agreement` and never `agree-ment`."""
    if not any(_BROKEN.search(page) for page in pages):
        return pages
    words = {word for page in pages for word in set(_WORD.findall(page.lower()))}

    def joined(match: re.Match[str]) -> str:
        first, second = match[1].lower(), match[2].lower()
        known = first + second in words and f"{first}-{second}" not in words
        return match[1] + match[2] if known and match[2].islower() else match[0]

    return [_BROKEN.sub(joined, page) for page in pages]
