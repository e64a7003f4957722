"""The story of a Word file: what its reader sees once all changes are accepted, and where its pages end."""

from __future__ import annotations

import pytest
from lxml import etree

from app.documents.numbering import Numbering
from app.documents.pages import Budget, clean
from app.documents.word_body import Story
from tests.documents.files import p, part

MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def pages(body: str) -> list[str]:
    story = Story(Numbering(None, None), frozenset({"Secret"}), Budget(10_000))
    story.blocks(etree.fromstring(part("body", body).encode()))
    return [clean(page) for page in story.pages]


BREAK = '<w:r><w:br w:type="page"/></w:r>'
RENDERED = "<w:r><w:lastRenderedPageBreak/></w:r>"


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (p("One") + p("Two"), "One\n\nTwo"),
        (p(runs=f"{run('a')}<w:r><w:tab/><w:br/><w:noBreakHyphen/><w:cr/></w:r>{run('b')}"), "a\n-\nb"),
        # tracked changes
        (p("a", runs=f"<w:ins>{run('b')}</w:ins><w:del><w:r><w:delText>c</w:delText></w:r></w:del>{run('d')}"), "abd"),
        (p(runs=f"<w:moveFrom>{run('a')}</w:moveFrom>") + p(runs=f"<w:moveTo>{run('b')}</w:moveTo>"), "b"),
        (p("one ", "<w:rPr><w:del/></w:rPr>") + p("two"), "one two"),
        (f"<w:ins>{p('inserted')}</w:ins>", "inserted"),
        # hidden
        (p("a", runs=run("b", "<w:vanish/>") + run("c", '<w:vanish w:val="0"/>')), "ac"),
        (p("a", runs=run("b", '<w:rStyle w:val="Secret"/>')) + p("c", '<w:pStyle w:val="Secret"/>'), "a"),
        # fields, links, controls, comments
        (
            p(
                runs='<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
                f"{run('7')}<w:hyperlink>{run(' link')}</w:hyperlink><w:commentReference/><!-- c -->"
            ),
            "7 link",
        ),
        (f"<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent>{p('inside')}</w:sdtContent></w:sdt>", "inside"),
        # a text box, which is written twice for old programs
        (
            p(
                "before",
                runs=f'<w:r><mc:AlternateContent xmlns:mc="{MC}"><mc:Choice><w:txbxContent>{p("box")}</w:txbxContent>'
                f"</mc:Choice><mc:Fallback><w:txbxContent>{p('box')}</w:txbxContent></mc:Fallback></mc:AlternateContent>"
                "</w:r>",
            ),
            "before\nbox",
        ),
    ],
)
def test_what_is_seen(body: str, seen: str) -> None:
    assert pages(body) == [seen]


def cell(*paragraphs: str) -> str:
    return f"<w:tc><w:tcPr/>{''.join(map(p, paragraphs))}</w:tc>"


def test_tables_are_lines_with_tabs() -> None:
    rows = f"<w:tr>{cell('a')}{cell('b', 'c')}</w:tr><w:tr><w:trPr><w:del/></w:trPr>{cell('gone')}</w:tr>"
    inner = f"<w:tbl><w:tr>{cell('x')}</w:tr></w:tbl>"
    controlled = f"<w:sdt><w:sdtContent><w:tr>{cell('d')}<w:tc>{inner}{p()}</w:tc></w:tr></w:sdtContent></w:sdt>"
    table = f"<w:tbl><w:tblPr/>{rows}{controlled}</w:tbl>"
    [text] = pages(p("before") + table + p("after"))
    assert text.split() == ["before", "a", "b", "c", "d", "x", "after"]
    assert "a\tb\nc\n" in text
    assert "d\tx" in text


@pytest.mark.parametrize(
    ("body", "split"),
    [
        (p("1", runs=RENDERED + run("2")) + p("still"), ["1", "2\n\nstill"]),
        (p("1", runs=BREAK) + p("2"), ["1", "2"]),
        (p("1", runs=BREAK) + p(runs=RENDERED + run("2")), ["1", "2"]),  # one break, told twice
        (p("1", runs=BREAK + BREAK) + p("3"), ["1", "", "3"]),
        (p("1") + p("2", "<w:pageBreakBefore/>", "") + p("3", '<w:pageBreakBefore w:val="0"/>'), ["1", "2\n\n3"]),
        (p("1", "<w:sectPr/>") + p("2", '<w:sectPr><w:type w:val="continuous"/></w:sectPr>') + p("3"), ["1", "2\n\n3"]),
        (p(runs=RENDERED + run("1")), ["1"]),
        (p("1", runs=f"<w:del>{BREAK}</w:del>") + p("2"), ["1\n\n2"]),
    ],
)
def test_pages(body: str, split: list[str]) -> None:
    assert pages(body) == split
