"""Word files (.docx): the parts of the package, put together in reading order.

Headers stand before the text and footers after it, each distinct one once; endnotes come last. Pages are those that
the program saw when it last saved the file, and the author's own breaks; a file with neither gets estimated ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.documents.limits import Limits
from app.documents.numbering import Numbering, W, value
from app.documents.package import Package
from app.documents.pages import SYNTHETIC, Budget, Found, cut, found
from app.documents.refusals import DocumentMalformed, DocumentUnsupported
from app.documents.word_body import Element, Story, local

_PARTS = frozenset({"numbering", "styles", "header", "footer", "footnotes", "endnotes"})
Progress = Callable[[int, int], None]


def read(content: bytes, limits: Limits, budget: Budget, on_progress: Progress) -> Found:
    """Headers, body, notes and footers, as pages. Raises DocumentUnsupported, DocumentMalformed and their kin."""
    package = Package(content, limits)
    main = package.main()
    root = package.tree(main)
    if root is None:
        raise DocumentMalformed(reason="no-main-part")
    body = root.find(W + "body")
    if body is None:
        raise DocumentUnsupported(reason=f"root: {local(root)}")  # the strict variant has another namespace
    if next(body.iter(W + "altChunk"), None) is not None:
        raise DocumentUnsupported(reason="alt-chunk")  # a file within the file, that only Word unfolds
    parts: dict[str, list[Element]] = {}
    for kind, name in package.relations(main):
        if kind in _PARTS and (part := package.tree(name)) is not None:
            parts.setdefault(kind, []).append(part)
    return Reading(parts, budget).read(body, on_progress)


class Reading:
    """One document: its parts by what they are for, and the notes by their numbers."""

    def __init__(self, parts: dict[str, list[Element]], budget: Budget) -> None:
        self._budget = budget
        self._parts = parts
        styles = self._one("styles")
        self._hidden = frozenset(_hidden_styles(styles))
        self._numbering = Numbering(self._one("numbering"), styles)
        self._notes = {kind: _notes(self._one(f"{kind}s"), kind) for kind in ("footnote", "endnote")}
        self._counted = {"footnote": 0, "endnote": 0}
        self._endnotes: list[str] = []

    def read(self, body: Element, on_progress: Progress) -> Found:
        """The whole of the body, in the order in which it is read aloud."""
        story = self._story()
        story.note = self._note
        story.each_paragraph = _counting(body, on_progress)
        for header in self._distinct("header"):
            story.write(f"{header}\n\n")
        story.blocks(body)
        for last in (*self._endnotes, *self._distinct("footer")):
            story.write(f"{last}\n\n")
        pages = story.pages
        if len(pages) > 1 and not pages[-1].strip():
            pages.pop()  # a break at the very end
        return found(pages) if len(pages) > 1 else found(cut(pages[0]), estimated=True)

    def _one(self, kind: str) -> Element | None:
        return next(iter(self._parts.get(kind, [])), None)

    def _story(self) -> Story:
        return Story(self._numbering, self._hidden, self._budget)

    def _text(self, element: Element) -> str:
        story = self._story()
        story.blocks(element)
        return "".join(story.pages).strip()

    def _distinct(self, kind: str) -> list[str]:
        return [text for text in dict.fromkeys(map(self._text, self._parts.get(kind, []))) if text]

    def _note(self, kind: str, number: str) -> str:
        """A footnote's text for its place; an endnote's is kept for the end."""
        element = self._notes[kind].pop(number, None)
        if element is None:
            return ""
        self._counted[kind] += 1
        text = f"[{self._counted[kind]}] {self._text(element)}"
        if kind == "endnote":
            self._endnotes.append(text)
            return ""
        return text


def _notes(root: Element | None, kind: str) -> dict[str, Element]:
    """By id, without the lines that separate notes from the text."""
    found = root.iterfind(W + kind) if root is not None else ()
    return {each.get(W + "id", ""): each for each in found if each.get(W + "type", "normal") == "normal"}


def _hidden_styles(styles: Element | None) -> Iterator[str]:
    for style in styles.iterfind(W + "style") if styles is not None else ():
        if value(style, "rPr/vanish") not in {None, "0", "false", "off"}:
            yield style.get(W + "styleId", "")


def _counting(body: Element, on_progress: Progress) -> Callable[[], None]:
    """Paragraphs are what is counted; they are told as so many of the pages that the file says or that we expect."""
    paragraphs = sum(1 for _ in body.iter(W + "p"))
    breaks = sum(1 for _ in body.iter(W + "lastRenderedPageBreak"))
    pages = breaks + 1 if breaks else 1 + sum(len(each.text or "") for each in body.iter(W + "t")) // SYNTHETIC
    done = told = 0

    def count() -> None:
        nonlocal done, told
        done += 1
        if (now := pages * done // max(paragraphs, 1)) > told:
            told = now
            on_progress(min(told, pages), pages)

    on_progress(0, pages)
    return count
