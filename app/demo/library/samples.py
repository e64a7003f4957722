"""The demo's own contracts as the files that a library would hold: PDFs and a Word file, made from their texts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import docx
from docx.document import Document as WordDocument
from docx.shared import Pt

from app.demo.library import pdf

TEXTS = Path(__file__).parent.parent / "samples"
# One is a Word file, so that there is something to open with the task pane.
_NAMES = {
    "services-agreement": "Services agreement Larkfield Museums.docx",
    "reseller-agreement": "Reseller agreement Northgate.pdf",
    "mutual-nda": "Mutual NDA Corvane Aldbrook.pdf",
}
# What the other side's draft changes: a paragraph by its number, and what stands there instead; empty: it is gone.
_AMENDED = {
    "services-agreement": {"7.2": "", "9.2": "9.2 This Agreement is governed by the laws of the State of New York."},
    "reseller-agreement": {
        "2.4": "",
        "7.2": "7.2 The total liability of each party under this Agreement shall not exceed the amounts paid "
        "and payable under it in the twelve months before the claim.",
    },
    "mutual-nda": {
        "10.1": "",
        "10.4": "10.4 This Agreement is governed by the laws of the Commonwealth of Massachusetts.",
    },
}
_MADE = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)


def write(folder: Path) -> list[Path]:
    """Write those that are missing; their paths, by name. The same bytes each time for a PDF."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for text in sorted(TEXTS.glob("*-*.md")):
        path = folder / _NAMES.get(text.stem, f"{text.stem}.pdf")
        if not path.exists():
            _write(path, blocks(text.read_text(encoding="utf-8")))
        paths.append(path)
    return sorted(paths, key=lambda path: path.name)


def amended(name: str) -> bytes | None:
    """The other side's draft of the contract with this file name, as a file of its kind; None for other files."""
    stem = next((stem for stem, each in _NAMES.items() if each == name), "")
    if not stem:
        return None
    changes = _AMENDED[stem]
    text = (TEXTS / f"{stem}.md").read_text(encoding="utf-8")
    draft = [(level, changes.get(words.split(" ")[0], words)) for level, words in blocks(text)]
    path = Path(name)
    return _content(path.suffix, path.stem, tuple((level, words) for level, words in draft if words))


def blocks(text: str) -> list[tuple[int, str]]:
    """Paragraphs with their level: 1 and 2 for headings, 0 for text. Lines of one paragraph are joined."""
    found = []
    for block in text.strip().split("\n\n"):
        words = " ".join(block.split())
        marks = len(words) - len(words.lstrip("#"))
        found.append((min(marks, 2), words.lstrip("# ")))
    return found


def _write(path: Path, content: list[tuple[int, str]]) -> None:
    draft = path.with_suffix(".new")
    draft.write_bytes(_content(path.suffix, path.stem, tuple(content)))
    draft.replace(path)  # whole or not at all


@lru_cache(16)  # the contracts and their drafts: each is set once in a process
def _content(suffix: str, title: str, content: tuple[tuple[int, str], ...]) -> bytes:
    if suffix == ".pdf":
        return pdf.write(content, title)
    file = io.BytesIO()
    _word(content, title).save(file)
    return file.getvalue()


def _word(content: Sequence[tuple[int, str]], title: str) -> WordDocument:
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = title, "Larkfield"
    document.core_properties.created = _MADE
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Georgia", Pt(11)
    style.paragraph_format.space_after = Pt(8)
    for level, words in content:
        if level:
            document.add_heading(words, 0 if level == 1 else 2)
        else:
            document.add_paragraph(words)
    return document
