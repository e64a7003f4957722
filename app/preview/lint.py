"""What is wrong in a component's sources before anything is drawn: one line each, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.web.sources import parts


@dataclass(frozen=True, slots=True)
class Remark:
    """A rule that a line breaks."""

    kind: str
    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


_SIDED = re.compile(
    r"(?:^|[;{\s])(?:(?:margin|padding|border|inset)-(?:left|right)|(?:left|right|float)\s*:|text-align\s*:\s*(?:left|right))"
)
_RULES: tuple[tuple[str, str, re.Pattern[str], str], ...] = (
    (".css", "rtl", _SIDED, "names a side; write the logical property, as in margin-inline-start"),
    (".css", "csp", re.compile(r"@import|url\("), "loads something; a panel's policy allows nothing but itself"),
    (".html", "csp", re.compile(r"\sstyle\s*="), "has a style attribute, which the panel's policy blocks; use a class"),
    (".html", "csp", re.compile(r"\son[a-z]+\s*="), "has a handler in markup, which the panel's policy blocks"),
    (".html", "escape", re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\("), "switches escaping off"),
    (".html", "rtl", re.compile(r"scaleX\(-1\)"), "mirrors its texts too; compute the place on the server"),
)  # fmt: skip
_COMMENT = re.compile(r"/\*.*?\*/|\{#.*?#\}", re.DOTALL)


def remarks(folder: Path) -> Iterator[Remark]:
    """All remarks on a component's folder and on the shared parts that it takes in."""
    for path in (*sorted(folder.iterdir()), *(folder.parent / name for name in parts(folder))):
        if path.suffix not in (".css", ".html") or path.name.startswith("."):  # those are editors' and archives'
            continue
        rules = [(kind, pattern, what) for suffix, kind, pattern, what in _RULES if suffix == path.suffix]
        text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), path.read_text("utf-8"))
        for number, line in enumerate(text.splitlines(), 1):
            for kind, pattern, what in rules:
                if pattern.search(line):
                    yield Remark(kind, path.relative_to(folder.parent).as_posix(), number, what)
