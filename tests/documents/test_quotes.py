"""A quote is found wherever lines are broken, never within a word, and never where it does not stand."""

from __future__ import annotations

import time

import pytest

from app.documents.document import Document, Page
from app.documents.quotes import Quotes, find, locate, standing

TEXT = "1.  The Supplier shall\nindemnify the\fCustomer’s heirs.\n2. Each party is an art\nlover.\n"


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("The Supplier shall indemnify the Customer's heirs.", "The Supplier shall\nindemnify the\fCustomer’s heirs."),
        ("The Supp lier\tshall", "The Supplier shall"),
        ("art", "art"),  # not the one in `party`
        ("  lover. ", "lover."),
        ("1. The", "1.  The"),
        ("ach party is an art", None),
        ("Customer shall", None),
        ("the supplier shall", None),
        ("", None),
        (" \n", None),
    ],
)
def test_find(quote: str, found: str | None) -> None:
    span = find(TEXT, quote)
    assert (TEXT[slice(*span)] if span else None) == found


def test_a_long_quote_is_found_although_the_text_lost_its_spaces() -> None:
    text = "and alsotheSuppliershallindemnify theCustomerwithoutany limit"
    assert find(text, "the Supplier shall indemnify the Customer without any limit") == (8, len(text))


def test_of_several_occurrences_the_nearest_is_taken() -> None:
    text = "New York. " * 3
    assert [find(text, "New York", near)[0] for near in (0, 9, 14, 16, 99)] == [0, 10, 10, 20, 20]  # type: ignore[index]


def test_which_quotes_still_stand_in_a_new_version() -> None:
    new = TEXT.replace("lover", "friend").replace("The", "Preamble. The")
    assert standing(new, ["is an art lover.", "The Supplier shall"]) == [None, (new.index("The"), new.index("\nindem"))]


def test_many_quotes_in_a_long_text_are_quick() -> None:
    """400 findings in 1.5 MB: one pass over the text for all of them. (0.4 s measured with all of them missing.)"""
    text = " ".join(f"word{number}" for number in range(150_000))
    quotes = [f"word{number} word{number + 1}" for number in range(0, 150_000, 375)]
    start = time.thread_time()
    assert all(standing(text, quotes))
    assert time.thread_time() - start < 5


def test_of_a_quote_that_is_everywhere_the_first_ones_are_compared() -> None:
    """A core that quotes a single letter many times over would keep us busy else."""
    text = Quotes("a " * 100_000)
    assert text.find("a", near=3_001) == (3_000, 3_001)
    assert text.find("a", near=100_001) == (3_998, 3_999)


def test_locate_finds_the_page_of_an_offset() -> None:
    document = Document("a", "text/plain", "", "abc\f\fdef", (Page(1, 0, 3), Page(2, 4, 4), Page(3, 5, 8)))
    assert [locate(document, start) for start in (0, 2, 3, 4, 5, 7, 99)] == [1, 1, 1, 2, 3, 3, 3]
