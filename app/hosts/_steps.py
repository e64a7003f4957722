"""What an admin does at the host, step by step: read from docs/hosts, so that it is written once.

Of a page there, the sections that install are taken ("Install", or those with a number); what begins with "At Inlay" is
left out, since whoever asks has done it. Names of the page's example are replaced by those of the connection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from markdown_it.token import Token

DOCS = Path(__file__).resolve().parents[2] / "docs/hosts"
OURS = "At Inlay"
_INSTALLS = re.compile(r"Install|\d+\. ")
_AS_FOR = re.compile(r"As for \[[^\]]*\]\((\w+)\.md#[\w-]+\)")


@dataclass(frozen=True, slots=True)
class Step:
    """One section: its title without the number, and HTML of ours, which holds no markup of anybody else's."""

    title: str
    html: str


def steps(host: str, connection: str, public_url: str) -> list[Step]:
    """The steps at a host for a connection there; none where no page describes the host."""
    text = _page(host)
    return [
        Step(re.sub(r"^\d+\. ", "", title), _filled(html, text, connection, public_url))
        for title, html in _sections(text)
    ]


@cache
def _page(host: str) -> str:
    path = DOCS / f"{host}.md"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _sections(text: str) -> Iterator[tuple[str, str]]:
    for title, body in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL):
        if not _INSTALLS.match(title) or OURS in title:
            continue
        other = _AS_FOR.match(body.strip())
        first = next((html for name, html in _sections(_page(other[1])) if name == title), "") if other else ""
        yield title, first + _html(body)


def _html(markdown: str) -> str:
    from markdown_it import MarkdownIt  # for an admin who looks at steps: no server waits for it before it is ready

    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = list(_kept(reader.parse(markdown)))
    for token in tokens:
        if token.children:
            token.children = [each for each in token.children if not _is_link(each)]
    return str(reader.renderer.render(tokens, reader.options, {}))


def _kept(tokens: Sequence[Token]) -> Iterator[Token]:
    """All but the blocks that begin with our word, with what is in them; and no pictures, which are not served."""
    until: tuple[str, int] | None = None
    for number, token in enumerate(tokens):
        if until is not None:
            if (token.type, token.level) == until:
                until = None
            continue
        if token.type in ("list_item_open", "paragraph_open") and _begins(tokens, number).startswith(OURS):
            until = (token.type.replace("_open", "_close"), token.level)
            continue
        yield token


def _begins(tokens: Sequence[Token], number: int) -> str:
    return next((each.content for each in tokens[number:] if each.type == "inline"), "")


def _is_link(token: Token) -> bool:
    """Of a link its words stay: pages of docs/ are not served."""
    return token.type in ("link_open", "link_close", "image")


def _filled(html: str, page: str, connection: str, public_url: str) -> str:
    """The page's example by the names that hold here."""
    connection, public_url = escape(connection), escape(public_url)
    name = re.search(r"^ *\[connections\.([\w-]+)\]", page, re.MULTILINE)
    example = re.escape(name[1]) if name else "(?!)"
    html = html.replace("https://&lt;your Inlay&gt;", public_url).replace("https://panels.example.com", public_url)
    html = html.replace("&lt;your Inlay's host name&gt;", urlsplit(public_url).netloc)
    html = html.replace("&lt;connection&gt;", connection)
    return re.sub(rf"(Inlay |inlay-(?:[a-z]+-)?|/oauth/|--target-org ){example}\b", rf"\g<1>{connection}", html)
