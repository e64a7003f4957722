"""Documents as pages of text, for each kind of file; what cannot be shown is said so."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from pypdf import PdfReader

from app.demo.library import pdf, samples
from app.demo.library.text import Block, UnshownError, pages


def words(path: Path) -> list[str]:
    return [block.words for page in pages(path, 1) for block in page]


def test_the_demos_contracts_hold_every_word_of_their_texts(tmp_path: Path) -> None:
    made = samples.write(tmp_path)
    assert [path.suffix for path in made] == [".pdf", ".pdf", ".docx"]
    for path in made:
        [text] = [each for each in samples.TEXTS.glob("*-*.md") if samples._NAMES[each.stem] == path.name]
        shown = "".join(" ".join(words(path)).split())
        for _, block in samples.blocks(text.read_text(encoding="utf-8")):
            assert "".join(block.split())[:60] in shown, block


def test_a_pdf_is_the_same_bytes_each_time_and_a_reader_finds_its_pages(tmp_path: Path) -> None:
    blocks = [(1, "A (bracketed) title"), *[(0, f"{n}. Zo\u00eb\u2019s words \\ and more. " * 8) for n in range(60)]]
    assert pdf.write(blocks, "T") == pdf.write(blocks, "T")
    path = tmp_path / "x.pdf"
    path.write_bytes(pdf.write(blocks, "T"))
    reader = PdfReader(path, strict=True)
    assert len(reader.pages) > 2
    text = reader.pages[0].extract_text()
    assert "A (bracketed) title" in text
    assert "Zo\u00eb\u2019s words \\ and more." in text


def test_the_other_sides_draft_differs_in_some_clauses(tmp_path: Path) -> None:
    for path in samples.write(tmp_path):
        draft = tmp_path / f"draft{path.suffix}"
        draft.write_bytes(samples.amended(path.name) or b"")
        before, after = set(words(path)), set(words(draft))
        assert before & after
        assert before - after
        assert after - before
    assert samples.amended("other.pdf") is None


def test_a_word_file_with_headings_and_a_table(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Supply", 0)
    document.add_heading("Term", 1)
    document.add_paragraph("Two years.")
    row = document.add_table(1, 2).rows[0]
    row.cells[0].text, row.cells[1].text = "Price", "10"
    document.save(str(tmp_path / "x.docx"))
    [page] = pages(tmp_path / "x.docx", 1)
    assert page == (Block("Supply", 1), Block("Term", 2), Block("Two years."), Block("", cells=("Price", "10")))


def test_markup_becomes_words_and_scripts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    path.write_text("<title>t</title><h2>Term</h2><p>Two <b>years</b>.</p><script>alert(1)</script><style>p{}</style>")
    [page] = pages(path, 1)
    assert [(block.words, block.level) for block in page] == [("t", 0), ("Term", 2), ("Two years.", 0)]


def test_a_long_text_has_pages(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("\n\n".join(f"Paragraph {n}. " + "words " * 40 for n in range(40)))
    assert 2 < len(pages(path, 1)) < 6


@pytest.mark.parametrize(("name", "content"), [("x.pdf", b"%PDF-nonsense"), ("x.docx", b"PK"), ("x.txt", b"  ")])
def test_what_cannot_be_shown(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnshownError):
        pages(path, 1)
