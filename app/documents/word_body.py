"""A word processor's story (body, header, note) as text: what is seen once all tracked changes are accepted.

ECMA-376 part 1, 17. Deleted and moved-away text, hidden text, field codes and comments are left out; what was
inserted is in. A text box follows its paragraph, and so do the footnotes that the paragraph refers to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from app.documents.numbering import Numbering, W, value
from app.documents.pages import Budget

Element = etree._Element

_LEFT_OUT = frozenset((
    "del", "moveFrom", "delText", "delInstrText", "instrText", "rPr", "pPr", "sectPr", "tblPr", "tblGrid", "trPr",
    "tcPr", "sdtPr", "sdtEndPr", "fldData", "rt", "Fallback",
))  # fmt: skip
_SIGNS = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-"}
_OFF = {"0", "false", "off"}


def local(node: Element) -> str:
    """The tag without its namespace; empty for comments and the like."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


class Story:
    """Writes paragraph after paragraph; `pages` grows where the file says that a page ends."""

    def __init__(self, numbering: Numbering, hidden_styles: frozenset[str], budget: Budget) -> None:
        self.note: Callable[[str, str], str] | None = None  # kind and id: the text of a note, to stand here
        self.each_paragraph: Callable[[], None] | None = None
        self._numbering = numbering
        self._hidden_styles = hidden_styles
        self._budget = budget
        self._done: list[str] = []
        self._page: list[str] = []
        self._label = ""
        self._after_explicit = False
        self._in_cell = 0
        self._pending: list[str] = []  # notes of this paragraph
        self._boxes: list[Element] = []

    @property
    def pages(self) -> list[str]:
        """What was written so far, page by page; the last one is open."""
        return [*self._done, "".join(self._page)]

    def write(self, text: str) -> None:
        """Add text to the page at hand, after the label of its list. Raises DocumentTooLarge."""
        if self._label and text.strip():
            label, self._label = self._label, ""
            if not self._page or self._page[-1].endswith(("\n", "\t")):
                self._page.append(self._budget.take(label + " "))
        self._page.append(self._budget.take(text))

    def blocks(self, parent: Element) -> None:
        """Everything within an element: paragraphs, tables, what stands in other parts' place."""
        for child in parent:
            name = local(child)
            if name == "p":
                self._paragraph(child)
            elif name == "tbl":
                self._table(child)
            elif name == "AlternateContent":
                self._alternate(child, self.blocks)
            elif name not in _LEFT_OUT:
                self.blocks(child)

    def _paragraph(self, paragraph: Element) -> None:
        if self.each_paragraph:
            self.each_paragraph()
        properties = paragraph.find(W + "pPr")
        if value(properties, "pageBreakBefore") not in {None, *_OFF}:
            self._turn(rendered=False)
        style = value(properties, "pStyle")
        self._label = self._numbering.label(paragraph)
        if style not in self._hidden_styles:
            self._inline(paragraph)
        self._label = ""
        notes, self._pending = list(filter(None, self._pending)), []
        boxes, self._boxes = self._boxes, []
        for note in notes:
            self.write(f"\n{note}")
        for box in boxes:
            self.write("\n")
            self.blocks(box)
        if properties is None or properties.find(f"{W}rPr/{W}del") is None or notes or boxes:
            self.write("\n" if self._in_cell else "\n\n")  # else the mark itself is deleted: the next one goes on here
        section = properties.find(W + "sectPr") if properties is not None else None
        if section is not None and value(section, "type") not in {"continuous", "nextColumn"}:
            self._turn(rendered=False)

    def _inline(self, node: Element) -> None:
        for child in node:
            name = local(child)
            if name in _LEFT_OUT or (name == "r" and self._hidden(child)):
                continue
            if name == "t":
                self.write(child.text or "")
            elif name == "br":
                self._line(child)
            elif name in _SIGNS:
                self.write(_SIGNS[name])
            elif name == "lastRenderedPageBreak":
                self._turn(rendered=True)
            elif name in {"footnoteReference", "endnoteReference"} and self.note:
                self._pending.append(self.note(name.removesuffix("Reference"), child.get(W + "id", "")))
            elif name == "txbxContent":
                self._boxes.append(child)
            elif name == "AlternateContent":
                self._alternate(child, self._inline)
            else:
                self._inline(child)

    def _line(self, node: Element) -> None:
        if node.get(W + "type") == "page":
            self._turn(rendered=False)
        else:
            self.write("\n")

    def _alternate(self, node: Element, read: Callable[[Element], None]) -> None:
        """The first choice only: the others say the same for older programs."""
        for child in node:
            if local(child) == "Choice":
                return read(child)
        for child in node:
            read(child)
        return None

    def _hidden(self, run: Element) -> bool:
        properties = run.find(W + "rPr")
        if properties is None:
            return False
        vanish = value(properties, "vanish")
        return vanish not in _OFF if vanish is not None else value(properties, "rStyle") in self._hidden_styles

    def _table(self, table: Element) -> None:
        for row in _through(table, "tr"):
            if row.find(f"{W}trPr/{W}del") is not None:
                continue
            for cell in _through(row, "tc"):
                self._in_cell += 1
                self.blocks(cell)
                self._in_cell -= 1
                while self._page and self._page[-1] == "\n":
                    self._page.pop()
                self._page.append("\t")
            self._page.append("\n")
        self._page.append("" if self._in_cell else "\n")

    def _turn(self, *, rendered: bool) -> None:
        """The next page. The program also marks the page that it began because of a break of the author's: one break.

        Two breaks of the author's with nothing between them are an empty page.
        """
        blank = not any(map(str.strip, self._page))
        if blank and rendered and (self._after_explicit or not self._done):
            self._after_explicit = False
            return
        self._done.append("".join(self._page))
        self._page = []
        self._after_explicit = not rendered


def _through(node: Element, name: str) -> Iterator[Element]:
    """Rows of a table, cells of a row: also those within content controls and inserted ones."""
    for child in node:
        if local(child) == name:
            yield child
        elif local(child) not in _LEFT_OUT and local(child) not in {"tr", "tc", "p", "tbl"}:
            yield from _through(child, name)
