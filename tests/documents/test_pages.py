"""What is kept of a text, and that the pages' offsets are right in it."""

from __future__ import annotations

import pytest

from app.documents.pages import SYNTHETIC, Budget, bind, clean, cut, found
from app.documents.refusals import DocumentTooLarge


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("e\ufb03cient \ufb01le", "efficient file"),
        ("a\u00a0\u00a0b \u2003 c", "a b c"),
        ("one\r\ntwo\rthree\u2028four\x0cfive", "one\ntwo\nthree\nfour\nfive"),
        (" a \n\n \n\n b ", "a\n\nb"),
        ("in\u00addem\u00ad\nnify", "indemnify"),
        ("no\u200bt\ufeff hid\u202eden\x00\x07", "not hidden"),
        ("seen\U000e0041\U000e0042", "seen"),
        ("lone \ud800 half", "lone half"),
        ("a\u037e b", "a; b"),
        ("cell \t cell", "cell\tcell"),
        ("Straße, naïve, 中文, עברית 😀", "Straße, naïve, 中文, עברית 😀"),
    ],
)
def test_clean(before: str, after: str) -> None:
    assert clean(before) == after


def test_pages_are_where_their_offsets_say() -> None:
    text, spans = bind(found([" one ", "", "three\x0cand"]).pages)
    assert [text[start:end] for start, end in spans] == ["one", "", "three\nand"]
    assert text == "one\f\fthree\nand"


@pytest.mark.parametrize(
    ("pages", "joined"),
    [
        (["The agree-\nment. This agreement"], "The agreement. This agreement"),
        (["The agree-\nment", "An Agreement"], "The agreement\fAn Agreement"),
        (["non-\ncompete, noncompete, non-compete"], "non-\ncompete, noncompete, non-compete"),
        (["a self-\nservice shop"], "a self-\nservice shop"),
        (["Smith-\nJones Smithjones"], "Smith-\nJones Smithjones"),
        (["pages 1-\n2"], "pages 1-\n2"),
    ],
)
def test_a_broken_word_is_joined_only_if_the_document_knows_it(pages: list[str], joined: str) -> None:
    assert bind(pages)[0] == joined


def test_estimated_pages_lose_nothing_and_end_with_lines() -> None:
    text = "\n".join(f"{number} " + "word " * 15 for number in range(500))
    pages = list(cut(text))
    assert "".join(pages) == text
    assert all(SYNTHETIC * 0.6 < len(page) <= SYNTHETIC and page.endswith("\n") for page in pages[:-1])
    assert list(cut("x" * 7_000, 3_000)) == ["x" * 3_000, "x" * 3_000, "x" * 1_000]
    assert list(cut("")) == []


def test_the_budget_stops_a_text_that_never_ends() -> None:
    budget = Budget(10)
    assert budget.take("12345") == "12345"
    with pytest.raises(DocumentTooLarge):
        budget.take("678901")
