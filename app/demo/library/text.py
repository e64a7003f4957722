"""A document as its page shows it: blocks of text, page by page. Read by the demo itself, from files of its user."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

from docx import Document as WordDocument
from docx.table import Table
from docx.text.paragraph import Paragraph
from pypdf import PdfReader

PAGE = 3_000  # characters: a Word file has no pages of its own
_QUIET = frozenset({"script", "style", "head", "template"})


class UnshownError(Exception):
    """This file cannot be shown as text here; it may still be opened as it is."""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (level 1 to 3), a paragraph (0), or a row of a table (its cells)."""

    words: str
    level: int = 0
    cells: tuple[str, ...] = ()


Page = tuple[Block, ...]


@lru_cache(64)
def pages(path: Path, version: int) -> tuple[Page, ...]:
    """The pages of this version of a file. Raises UnshownError."""
    readers = {".pdf": _pdf, ".docx": _word, ".txt": _plain, ".html": _html, ".htm": _html}
    try:
        found = tuple(readers[path.suffix.lower()](path))
    except Exception as error:
        raise UnshownError(f"{path.name}, version {version}: {type(error).__name__}") from error
    if not any(block.words or block.cells for page in found for block in page):
        raise UnshownError("There is no text in it.")
    return found


def _pdf(path: Path) -> Iterator[Page]:
    for page in PdfReader(path).pages:
        yield tuple(Block(words) for words in _paragraphs(page.extract_text()))


def _paragraphs(text: str) -> Iterator[str]:
    """Lines that stand together; a line that ends early ends its paragraph."""
    lines = [line.strip() for line in text.splitlines()]
    usual = sorted(len(line) for line in lines if line)[-max(1, len(lines) // 4) :]
    full = usual[0] * 0.8 if usual else 0
    gathered: list[str] = []
    for line in lines:
        if line:
            gathered.append(line)
        if gathered and len(line) < full:
            yield " ".join(gathered)
            gathered = []
    if gathered:
        yield " ".join(gathered)


def _word(path: Path) -> Iterator[Page]:
    blocks: list[Block] = []
    for part in WordDocument(str(path)).iter_inner_content():
        if isinstance(part, Paragraph):
            blocks.append(Block(part.text.strip(), _level(part)))
        elif isinstance(part, Table):
            blocks += [Block("", cells=tuple(cell.text.strip() for cell in row.cells)) for row in part.rows]
    return _paged([block for block in blocks if block.words or block.cells])


def _level(paragraph: Paragraph) -> int:
    name = (paragraph.style.name or "") if paragraph.style else ""
    if name == "Title":
        return 1
    number = name.removeprefix("Heading ")
    return min(int(number) + 1, 3) if name.startswith("Heading ") and number.isdigit() else 0


def _plain(path: Path) -> Iterator[Page]:
    text = path.read_bytes().decode("utf-8", "replace")
    return _paged([Block(words.strip()) for words in text.split("\n\n") if words.strip()])


class _Reader(HTMLParser):
    """Words of a page in blocks; nothing of its markup is passed on."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._words: list[str] = []
        self._level = self._quiet = 0

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._quiet += tag in _QUIET
        if tag in {"p", "div", "li", "tr", "br", "table", "section"} or tag[:1] == "h":
            self.flush()
            self._level = min(int(tag[1]), 3) if tag in {"h1", "h2", "h3", "h4", "h5", "h6"} else 0

    def handle_endtag(self, tag: str) -> None:
        self._quiet -= tag in _QUIET and self._quiet > 0
        if tag in {"p", "div", "li", "tr"} or tag[:1] == "h":
            self.flush()

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self._words.append(data)

    def flush(self) -> None:
        words = " ".join("".join(self._words).split())
        if words:
            self.blocks.append(Block(words, self._level))
        self._words, self._level = [], 0


def _html(path: Path) -> Iterator[Page]:
    reader = _Reader()
    reader.feed(path.read_bytes().decode("utf-8", "replace"))
    reader.flush()
    return _paged(reader.blocks)


def _paged(blocks: Sequence[Block]) -> Iterator[Page]:
    page: list[Block] = []
    size = 0
    for block in blocks:
        if size > PAGE:
            yield tuple(page)
            page, size = [], 0
        page.append(block)
        size += len(block.words) + sum(len(cell) for cell in block.cells)
    if page:
        yield tuple(page)
