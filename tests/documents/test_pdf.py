"""PDF files: text, order and pages; and each kind of file that has none."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from app.documents.limits import Limits
from app.documents.pages import Budget, Found, bind
from app.documents.pdf import read
from app.documents.refusals import (
    DocumentEmpty,
    DocumentEncrypted,
    DocumentMalformed,
    DocumentScanned,
    DocumentTooLarge,
)
from tests.documents.files import body_of, lines, locked, pdf, pdf_of, scan, stream

LONG = "A page with so many letters on it that nobody would take it for a stamp."


def found(content: bytes, limits: Limits | None = None) -> Found:
    return read(content, limits or Limits(), Budget(1_000_000), lambda *_: None)


def text(content: bytes) -> str:
    return bind(found(content).pages)[0]


def test_pages_lines_and_signs() -> None:
    assert text(pdf("§ 1 Term (a)\nCafé – “5 €”", "Page\\two")) == "§ 1 Term (a)\nCafé – “5 €”\fPage\\two"


def test_words_that_are_placed_one_by_one_are_words() -> None:
    """Writers that justify lines move between words instead of drawing spaces, and within words for kerning."""
    drawn = b"BT /F1 10 Tf 72 700 Td [(The) -300 (Sup) 20 (plier) -280 (shall)] TJ 110 0 Td (pay) Tj ET"
    assert text(pdf_of([stream(drawn)])) == "The Supplier shall pay"


def test_text_in_a_form_is_read_where_it_is_drawn() -> None:
    assert text(in_a_form(lines("inside a form"), b"3 0 R")) == "inside a form"


def in_a_form(drawn: bytes, font: bytes) -> bytes:
    entries = b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /Font << /F1 %b >> >>" % font
    return pdf_of([stream(b"/Fm1 Do")], b"/XObject << /Fm1 4 0 R >>", [stream(drawn, entries)])


NAMELESS = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts "
    b"[<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << >> >>] >>"
)  # glyphs by number, and nothing that says which letters they are


def test_what_was_filled_into_a_form_is_read() -> None:
    def field(value: bytes, more: bytes = b"") -> bytes:
        return b"<< /Subtype /Widget /FT /Tx /Rect [0 0 9 9] /V (%b) %b >>" % (value, more)

    fields = [field(b"Acme Ltd"), field(b"hidden", b"/F 2"), b"<< /Subtype /Widget /Parent 4 0 R >>", b"<< /V 7 >>"]
    content = pdf_of([stream(lines("Customer:"))], b">> /Annots [4 0 R 5 0 R 6 0 R 7 0 R 99 0 R] /A <<", fields)
    assert text(content) == "Customer:\nAcme Ltd\nAcme Ltd"


def test_progress_counts_pages() -> None:
    told: list[tuple[int, int]] = []
    read(pdf("a", "b", "c"), Limits(), Budget(100), lambda done, total, *_: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_password_that_nobody_needs_is_not_asked_for() -> None:
    """Many files are encrypted only so that they are not printed: they open without a password, for us too."""
    assert text(locked(pdf("open to all"), "")) == "open to all"


@pytest.mark.parametrize(
    ("content", "refusal", "reason"),
    [
        (locked(pdf("secret"), "word"), DocumentEncrypted, "pdf-password"),
        (scan(3), DocumentScanned, "pictures: 3 of 3"),
        (scan(3, "ACME 000123"), DocumentScanned, "pictures: 3 of 3"),
        (pdf_of([stream(b"0 0 m 10 10 l 20 0 l f")]), DocumentScanned, "pictures: 1 of 1"),  # letters as shapes
        (pdf_of([stream(b"")]), DocumentEmpty, "pdf-blank"),
        (in_a_form(b"BT /F1 9 Tf <%b> Tj ET" % (b"0041E001E0A2" * 60), NAMELESS), DocumentScanned, "letters-unknown"),
        (
            body_of([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]),
            DocumentEmpty,
            "pdf-blank",
        ),
        (pdf(LONG)[:-20], DocumentMalformed, "pdf-end-missing"),
    ],
)
def test_what_is_refused(content: bytes, refusal: type[Exception], reason: str) -> None:
    with pytest.raises(refusal) as refused:
        found(content)
    assert refused.value.reason == reason  # type: ignore[attr-defined]


def test_a_picture_among_pages_of_text_is_no_scan() -> None:
    assert LONG in text(scan(1, LONG))


def test_a_page_that_lost_its_middle_is_not_read_as_a_short_one() -> None:
    """pypdf unpacks around the damage, and says so in its log alone."""
    page = "\n".join(f"{number}. {LONG}" for number in range(60))
    whole = pdf(LONG, page)
    at = whole.index(b"stream\n", whole.index(b"stream\n") + 200) + 100
    with pytest.raises(DocumentMalformed) as refused:
        found(whole[:at] + b"\xff" * 8 + whole[at + 8 :])
    assert refused.value.reason == "pdf-stream: page 2"


def test_limits() -> None:
    with pytest.raises(DocumentTooLarge):
        found(pdf("a", "b", "c"), Limits(pages=2))
    bomb = stream(b"\0" * 80_000_000)
    with pytest.raises(DocumentTooLarge):
        found(pdf_of([bomb]))


@pytest.mark.parametrize(
    "sloppy",
    [
        lambda content: b"junk before\n" + content,
        lambda content: content + b"\0" * 5000 + b"\n",
        lambda content: re.sub(rb"startxref\n\d+", b"startxref\n7", content),
        lambda content: re.sub(rb"/Length \d+", b"/Length 3", content),
        lambda content: content.replace(b"\nendobj", b""),
    ],
)
def test_sloppy_writers_are_forgiven(sloppy: Callable[[bytes], bytes]) -> None:
    assert text(sloppy(pdf(LONG))) == LONG
