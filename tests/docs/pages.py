"""The documents as a reader of Markdown sees them: blocks, words set as code, links, headings, and commands in them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
FOLDERS = frozenset(["app", "components", "static", "templates", "tests", "docs", "bench", "scripts", "manifests"])
# What the README says wrongly until its next edition: as it stands there, and as it is read here.
_COMMAND = re.compile(r"(?:^|(?<=[\s\"'(`]))(?:\.venv/bin/)?(inlay(?:-core)?)(?=\s|$)((?:\\\n|[^\n|;#>&)`])*)")


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of a document: what it is, its text, the line that it is near, and whether it is a block."""

    page: str
    line: int
    text: str
    kind: str  # a block's language, or "code" within a sentence

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text.strip()[:120]}"


@dataclass(frozen=True, slots=True)
class Command:
    """A command of ours, as words. `whole` is what stands in a block, for a reader to copy."""

    said: Said
    program: str
    words: tuple[str, ...]
    whole: bool

    def __str__(self) -> str:
        return " ".join((self.program, *self.words))


@dataclass(frozen=True)
class Page:
    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @cached_property
    def _tokens(self) -> list[Token]:
        text = self.path.read_text("utf-8")
        return MarkdownIt("commonmark").enable("table").parse(text)

    def _inside(self) -> Iterator[tuple[int, Token]]:
        line = 0
        for token in self._tokens:
            line = token.map[0] + 1 if token.map else line
            yield from ((line, child) for child in token.children or ())

    def blocks(self, *kinds: str) -> list[Said]:
        """Fenced blocks of these languages; of all, where none is named."""
        found = [
            Said(self.name, token.map[0] + 1, token.content, token.info.strip())
            for token in self._tokens
            if token.type == "fence" and token.map
        ]
        return [each for each in found if not kinds or each.kind in kinds]

    def words(self) -> list[Said]:
        """What is set as code within sentences and tables."""
        return [
            Said(self.name, line, token.content, "code")
            for line, token in self._inside()
            if token.type == "code_inline"
        ]

    def links(self) -> list[Said]:
        """Where links and pictures lead."""
        return [
            Said(self.name, line, str(token.attrGet("href") or token.attrGet("src") or ""), "link")
            for line, token in self._inside()
            if token.type in ("link_open", "image")
        ]

    def anchors(self) -> frozenset[str]:
        """What a link may name after its #, as the forges make it of headings."""
        titles = [
            "".join(child.content for child in after.children or () if child.type in ("text", "code_inline"))
            for token, after in zip(self._tokens, self._tokens[1:], strict=False)
            if token.type == "heading_open"
        ]
        return frozenset(re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles)

    def commands(self) -> Iterator[Command]:
        """Every command of ours, in blocks and within sentences."""
        for said in (*self.blocks("sh", ""), *self.words()):
            whole = said.kind != "code"
            for match in _COMMAND.finditer(said.text):
                if not whole and match.start():
                    continue  # a sentence about something else, such as a line of a log
                first, *others = _split(match[2])
                yield Command(said, match[1], tuple(first), whole)
                for more in others:  # "package build / verify / list"
                    yield Command(said, match[1], (*first[:-1], *more), whole)


def _split(text: str) -> list[list[str]]:
    text = text.replace("\\\n", " ")
    if text.count('"') % 2:  # what closes here was opened before the command: "$(inlay ...)"
        text = text.rstrip().removesuffix('"')
    return [shlex.split(each) for each in text.split(" / ")]


@cache
def pages() -> tuple[Page, ...]:
    """What is written for people who use or change Inlay."""
    tops = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
    return tuple(Page(path) for path in (*(ROOT / top for top in tops), *sorted((ROOT / "docs").rglob("*.md"))))


def page(name: str) -> Page:
    return next(each for each in pages() if each.name == name)
