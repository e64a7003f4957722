"""Word files as a whole: what is put together from which part, and what is refused."""

from __future__ import annotations

import io

import docx as docx_library
import pytest

from app.documents.limits import Limits
from app.documents.pages import Budget, Found, bind, clean
from app.documents.refusals import DocumentMalformed, DocumentTooLarge, DocumentUnsupported
from app.documents.word import read
from tests.documents.files import PACKAGE, R, W, archive, docx, p, part

NUMBERING = part(
    "numbering",
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
    '<w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>',
)
NUMBERED = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'


def reference(kind: str, number: int) -> str:
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def note(kind: str, number: int, text: str, more: str = "") -> str:
    return f'<w:{kind} w:id="{number}" {more}>{p(text)}</w:{kind}>'


def found(content: bytes) -> Found:
    return read(content, Limits(), Budget(1_000_000), lambda done, total: None)


def test_all_parts_in_reading_order() -> None:
    content = docx(
        p("Term", NUMBERED, reference("footnote", 2) + "<w:r><w:t> of one year.</w:t></w:r>")
        + p("Law", NUMBERED, reference("endnote", 1) + reference("footnote", 9)),
        numbering=NUMBERING,
        header1=part("hdr", p("Confidential")),
        header2=part("hdr", p("Confidential")),
        footer1=part("ftr", p("Page 1")),
        footnotes=part(
            "footnotes", note("footnote", 0, "line", 'w:type="separator"') + note("footnote", 2, "Renewable.")
        ),
        endnotes=part("endnotes", note("endnote", 1, "See annex.")),
    )
    text, _ = bind(found(content).pages)
    assert text.split("\n\n") == [
        "Confidential", "1. Term of one year.\n[1] Renewable.", "2. Law", "[1] See annex.", "Page 1",
    ]  # fmt: skip


def test_a_file_of_another_program() -> None:
    """Not made by our hands: with the styles and numbers of python-docx's own template."""
    made = docx_library.Document()
    made.add_heading("Agreement", 1)
    for text in ("Scope", "Term"):
        made.add_paragraph(text, style="List Number")
    made.add_paragraph("Point", style="List Bullet")
    made.add_table(1, 2).cell(0, 1).text = "Price"
    made.sections[0].header.paragraphs[0].text = "Confidential"
    made.add_page_break()
    made.add_paragraph("Signed")
    out = io.BytesIO()
    made.save(out)
    pages = found(out.getvalue())
    assert [clean(page) for page in pages.pages] == [
        "Confidential\n\nAgreement\n\n1. Scope\n\n2. Term\n\n• Point\n\nPrice", "Signed",
    ]  # fmt: skip


def test_styles_give_numbers_and_hide() -> None:
    styles = part(
        "styles",
        f'<w:style w:styleId="Clause"><w:pPr>{NUMBERED}</w:pPr></w:style>'
        '<w:style w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>',
    )
    body = p("Scope", '<w:pStyle w:val="Clause"/>') + p("no", '<w:pStyle w:val="Secret"/>')
    assert bind(found(docx(body, numbering=NUMBERING, styles=styles)).pages)[0] == "1. Scope"


def test_pages_are_the_file_s_own_or_estimated() -> None:
    broken = found(docx(p("1", runs='<w:r><w:br w:type="page"/></w:r>') + p("2")))
    assert (len(broken.pages), broken.estimated) == (2, False)
    assert len(found(docx(p("1", runs='<w:r><w:br w:type="page"/></w:r>'))).pages) == 1
    long = found(docx(p("word " * 100) * 20))
    assert len(long.pages) > 2
    assert long.estimated


def test_progress_is_counted_by_paragraphs_and_told_in_pages() -> None:
    told: list[tuple[int, int]] = []
    body = (p("word " * 100) * 6 + p(runs="<w:r><w:lastRenderedPageBreak/></w:r>")) * 9
    read(docx(body), Limits(), Budget(1_000_000), lambda done, total: told.append((done, total)))
    assert told == [(done, 10) for done in range(11)]


MAIN = "word/document.xml"


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (docx(p("a"), {MAIN: "<not xml"}), DocumentMalformed),
        (docx(p("a"), {MAIN: b""}), DocumentMalformed),
        (docx(p("a"), {MAIN: f'<w:document xmlns:w="{W.replace("schemas", "purl")}"/>'}), DocumentUnsupported),
        (docx("<w:altChunk/>"), DocumentUnsupported),
        (archive({"[Content_Types].xml": "<Types/>", MAIN: ""}), DocumentMalformed),
        (
            docx(p("a"), {MAIN: '<!DOCTYPE a [<!ENTITY x "y">]>' + part("document", f"<w:body>{p('&x;')}</w:body>")}),
            DocumentMalformed,
        ),
        (docx(p("a"), {MAIN: "<a>" * 300 + "</a>" * 300}), DocumentMalformed),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_is_refused(content: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        found(content)


def test_a_relation_that_leads_nowhere_is_passed_over() -> None:
    """Known from many programs: a picture's relation whose target is NULL."""
    relations = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{R}/image" Target="../NULL"/>'
        f'<Relationship Id="r2" Type="{R}/header" Target="gone.xml"/>'
        f'<Relationship Id="r3" Type="{R}/header" Target="/WORD/top.xml"/>'
        f'<Relationship Id="r4" Type="{R}/footer" Target="http://example.com/" TargetMode="External"/></Relationships>'
    )
    more = {"word/_rels/document.xml.rels": relations, "word/top.xml": part("hdr", p("Top"))}
    assert bind(found(docx(p("a"), more)).pages)[0] == "Top\n\na"


def test_archives_within_the_archive_are_never_opened() -> None:
    """A bomb in an embedded file is so many bytes, no more."""
    bomb = archive({f"{number}": b"\0" * 20_000_000 for number in range(3)})
    content = docx(p("a"), {"word/embeddings/package.bin": archive({"again.zip": bomb})})
    assert bind(found(content).pages)[0] == "a"


def test_a_story_without_end_is_too_large() -> None:
    with pytest.raises(DocumentTooLarge):
        read(docx(p("word " * 100) * 20), Limits(), Budget(5_000), lambda done, total: None)
