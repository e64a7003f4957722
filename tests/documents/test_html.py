"""HTML as its reader sees it."""

from __future__ import annotations

import pytest

from app.documents.html import read
from app.documents.pages import Budget, Found, bind
from app.documents.refusals import DocumentEmpty, DocumentTooLarge


def found(markup: str | bytes) -> Found:
    return read(markup if isinstance(markup, bytes) else markup.encode(), Budget(1_000_000))


def text(markup: str | bytes) -> str:
    return bind(found(markup).pages)[0]


@pytest.mark.parametrize(
    ("markup", "seen"),
    [
        ("<p>One<p>Two <b>bold</b>ly", "One\n\nTwo boldly"),
        ("<head><title>T</title><style>p{}</style></head><body>a<script>b()</script>c", "ac"),
        ("<p hidden>no<p>yes", "yes"),
        ('<div style="x:y; DISPLAY : none"><div>no</div></div><div style="visibility:hidden">no</div>yes', "yes"),
        ("<template>no</template><noscript>no</noscript><svg><text>no</text></svg>yes<!-- no -->", "yes"),
        ("a<br>b<hr>c", "a\nb\n\nc"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\n\nc"),
        ("<ol start=3><li>a<li>b</ol><ol type=i><li>c</ol><ul><li>d</ul>", "3. a\n\n4. b\n\ni. c\n\n• d"),
        ("a &amp; b&nbsp;&sect; &#8364; &unknown;", "a & b § € &unknown;"),
        ("<pre>a\n  b</pre>c\n  d", "a\nb\n\nc d"),
        ("a<iframe src='http://example.com'>no</iframe><input value=no><textarea>no</textarea>", "a"),
    ],
)
def test_what_is_seen(markup: str, seen: str) -> None:
    assert text(markup) == seen


@pytest.mark.parametrize(
    "markup",
    [
        "<meta charset=windows-1252><p>Café – €".encode("cp1252"),
        '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-15"><p>Café – €'.encode("cp1252"),
        b"<p>Caf\xc3\xa9 \xe2\x80\x93 \xe2\x82\xac",
        "<?xml version='1.0' encoding='utf-16'?><html><p>Café – €</html>".encode("utf-16"),
    ],
)
def test_encodings(markup: bytes) -> None:
    assert text(markup).startswith("Café")


def test_pages_end_where_print_ends_them() -> None:
    pages = found('<p>1</p><hr style="page-break-after: always"><p>2</p><p style="break-before:page">3</p>')
    assert [page.strip() for page in pages.pages] == ["1", "2", "3"]
    assert not pages.estimated
    assert found("<p>1").estimated


@pytest.mark.parametrize("markup", ["", "   ", "<?xml version='1.0'?>"])
def test_nothing_is_empty(markup: str) -> None:
    with pytest.raises(DocumentEmpty):
        found(markup)


def test_deep_and_endless_markup_ends() -> None:
    assert len(text("<div>" * 50_000 + "end")) <= 3
    with pytest.raises(DocumentTooLarge):
        read(b"<p>" + b"a " * 1_000, Budget(1_000))


def test_entities_are_not_a_way_to_files() -> None:
    assert "root:" not in text('<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><p>a&x;</html>')
