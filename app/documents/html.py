"""HTML: what a reader of the page sees. No scripts, no styles, nothing hidden; nothing is loaded."""

from __future__ import annotations

import re

from lxml import etree

from app.documents.numbering import numeral
from app.documents.pages import Budget, Found, cut, found
from app.documents.plain import decode
from app.documents.refusals import DocumentEmpty, DocumentMalformed

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=[\s\"']{0,9}([\w.:-]{2,40})", re.I)
_UNSEEN = frozenset((
    "head", "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "embed", "canvas", "audio",
    "video", "select", "textarea", "button", "dialog", "datalist", "map", "input",
))  # fmt: skip
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
    "main", "nav", "ol", "p", "pre", "section", "summary", "table", "ul",
))  # fmt: skip
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.I)
_BREAK = re.compile(r"(?:page-)?break-(before|after)\s*:\s*(?:always|page)", re.I)
_MARKERS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


def read(content: bytes, budget: Budget) -> Found:
    """Pages end where the style says that they do in print; without such places they are estimated. Raises
    DocumentRefused."""
    declared = _CHARSET.search(content[:4096])
    text = decode(content, declared[1].decode("ascii") if declared else "").replace("\0", "")
    if text.startswith("<?xml"):
        text = text.partition("?>")[2]  # says an encoding that no longer holds
    if not text.strip():
        raise DocumentEmpty(reason="nothing")
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentMalformed(reason="html") from error
    if root is None:
        raise DocumentEmpty(reason="nothing")
    seen = _Seen(budget)
    seen.element(root)
    pages = seen.text.split("\f")
    return found(pages) if len(pages) > 1 else found(cut(seen.text), estimated=True)


class _Seen:
    """Walks the tree and writes what is seen. The tree is at most 256 deep: the parser sees to that."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._parts: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def element(self, node: etree._Element) -> None:
        tag = str(node.tag).lower()
        style = node.get("style", "")
        if tag in _UNSEEN or node.get("hidden") is not None or _HIDING.search(style):
            return
        breaks = {match[1].lower() for match in _BREAK.finditer(style)}
        around = "\n\n" if tag in _BLOCKS else "\n" if tag in {"br", "tr"} else ""
        self._write("\f" if "before" in breaks else around)
        if tag == "li":
            self._write(_marker(node))
        self._inside(node, tag)
        self._write("\t" if tag in {"td", "th"} else "" if tag == "br" else around)
        if "after" in breaks:
            self._write("\f")

    def _inside(self, node: etree._Element, tag: str) -> None:
        self._words(node.text, tag)
        for child in node:
            self.element(child)
            self._words(child.tail, tag)

    def _words(self, text: str | None, tag: str) -> None:
        if text:
            self._write(text if tag == "pre" else re.sub(r"\s+", " ", text))

    def _write(self, text: str) -> None:
        self._parts.append(self._budget.take(text))


def _marker(node: etree._Element) -> str:
    """What stands before a list's item."""
    above = node.getparent()
    if above is None or above.tag != "ol":
        return "• "
    before = sum(1 for _ in node.itersiblings("li", preceding=True))
    start = above.get("start", "1")
    number = before + (int(start) if re.fullmatch(r"-?\d{1,6}", start) else 1)
    return f"{numeral(number, _MARKERS.get(above.get('type', ''), 'decimal'))}. "
