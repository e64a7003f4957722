"""The demo's own contracts as the files that a library would hold: PDFs and a Word file, made from their texts."""

from __future__ import annotations

from datetime import UTC, datetime
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
    if path.suffix == ".pdf":
        draft.write_bytes(pdf.write(content, path.stem))
    else:
        _word(content, path.stem).save(str(draft))
    draft.replace(path)  # whole or not at all


def _word(content: list[tuple[int, str]], title: str) -> WordDocument:
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
