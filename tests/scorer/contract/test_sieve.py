"""A sieve says of a line what its patterns say one by one, and tries few of them."""

from __future__ import annotations

import pytest

from app.scorer.contract.clauses import clauses
from app.scorer.contract.loader import SHIPPED, load
from app.scorer.contract.sieve import Sieve, compile_pattern
from tests.scorer.contract.books import CONTRACT

PATTERNS = [r"\blaws of\b", r"(?:fee|price).{0,20}\d", r"^this", r"\w+ly\b", r"not to (?:sell|buy)", r"[^x]*royalt"]
LINES = [
    *(clause.plain for clause in clauses(CONTRACT)),
    "THIS AGREEMENT is governed by the Laws of Delaware.",
    "The price is 12 dollars, payable quarterly",
    "She agrees not to SELL; a Royalty is due.",
    "",
    "§ 7 – Gebühren: 12 €",
]


@pytest.mark.parametrize("line", LINES)
def test_it_says_what_each_pattern_says(line: str) -> None:
    sieve, text = Sieve(PATTERNS), line.encode()
    alone = {each for each in PATTERNS if compile_pattern(each).search(text)}
    assert {each for each in sieve.candidates(text) if sieve.matches(each, text)} == alone


def test_what_a_pattern_cannot_do_without_keeps_it_from_being_tried() -> None:
    assert r"\blaws of\b" not in Sieve(PATTERNS).candidates(b"Nothing of the kind.")


def test_no_patterns_find_nothing() -> None:
    assert Sieve([]).candidates(b"the laws of Delaware") == []


def test_every_shipped_pattern_says_the_same_alone() -> None:
    [path] = SHIPPED.glob("*.toml")
    book = load(path)
    patterns = {each for category in book.categories for rule in category.rules for each in (*rule.all, *rule.none)}
    alone = {each: compile_pattern(each) for each in patterns}
    for text in map(str.encode, LINES):
        found = {each for each in book.patterns.candidates(text) if book.patterns.matches(each, text)}
        assert found == {each for each, pattern in alone.items() if pattern.search(text)}
