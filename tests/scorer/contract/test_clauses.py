"""Clauses are exact slices of sentence size, whatever the text; and cutting is linear."""

from __future__ import annotations

import random
import time

import pytest

from app.scorer.contract.clauses import MAX_CLAUSE, Page, clauses, page_of, plainly

LONG = "The parties agree that this sentence is long enough to stand alone as a clause of its own"


def cut(text: str) -> list[str]:
    return [text[clause.start : clause.end] for clause in clauses(text)]


def test_sentences_are_clauses_and_headings_go_with_them() -> None:
    assert cut(f"12.1 Term. {LONG}. {LONG} again.") == [f"12.1 Term. {LONG}.", f"{LONG} again."]


@pytest.mark.parametrize(
    "text",
    [
        f"{LONG}, between Acme Inc. and U.S. Steel Corp. of No. 5 Main St. Springfield, for Mr. J. Doe.",
        f"{LONG} under section 4.2. of the code.",
        f"{LONG}:\n(a) one thing;\n(b) another thing.",
        f"{LONG} and goes on\nin the next line, as lines of a PDF do.",
        f"{LONG} and goes on\n \nover the page, as sentences do.",
    ],
)
def test_what_only_looks_like_an_end_is_none(text: str) -> None:
    assert cut(text) == [text]


def test_a_short_sentence_and_a_year_end_a_clause() -> None:
    assert cut(f"He may assign it freely.\n{LONG} on May 1, 2027. {LONG}.") == [
        "He may assign it freely.",
        f"{LONG} on May 1, 2027.",
        f"{LONG}.",
    ]


def test_an_empty_line_and_a_numbered_heading_end_a_clause() -> None:
    assert cut(f"{LONG}\n\n{LONG}") == [LONG, LONG]
    assert cut(f"{LONG}.\n2. {LONG}") == [f"{LONG}.", f"2. {LONG}"]


def test_no_clause_is_too_long() -> None:
    for text in ("word, " * 5000, "x" * 20_000, "a; " * 5000):
        assert max(map(len, cut(text))) <= MAX_CLAUSE


def test_every_word_is_in_a_clause_once_and_slices_are_exact() -> None:
    random_ = random.Random(7)
    for _ in range(200):
        text = "".join(
            random_.choices(
                ["a", "B", ". ", "\n", "\n\n", " ", "; ", '"', "1.2 ", "(a) ", "\u00a0", "é", "Inc."], k=400
            )
        )
        found = clauses(text)
        ends = [0]
        for clause in found:
            assert clause.start >= ends[-1]
            assert text[clause.start : clause.end].strip() == text[clause.start : clause.end]
            assert not any(char.isalnum() for char in text[ends[-1] : clause.start])
            ends.append(clause.end)
        assert not any(char.isalnum() for char in text[ends[-1] :])


def test_plain_text_has_plain_quotes_and_no_broken_words() -> None:
    assert plainly("“non-\n exclusive”\u00a0 –  world-\nwide’s") == '"non-exclusive" - world-wide\'s'


def test_a_page_is_found_by_its_offset() -> None:
    pages = [Page(1, 0, 10), Page(2, 11, 20), Page(5, 21, 30)]
    assert [page_of(offset, pages) for offset in (0, 9, 10, 11, 25, 99)] == [1, 1, 1, 2, 5, 5]
    assert page_of(3, []) is None


@pytest.mark.parametrize("piece", [". ", "\n ", "\n1. ", "Inc. ", "(", "1.1.1 ", "\u00a0\n", "_", "; ", "x"])
def test_no_text_takes_long(piece: str) -> None:
    started = time.process_time()
    clauses(piece * (200_000 // len(piece)))
    assert time.process_time() - started < 2
