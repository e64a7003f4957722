"""A search finds what the rules say, in time that grows with the text only."""

from __future__ import annotations

import time

import pytest

from app.scorer.contract.clauses import clauses
from app.scorer.contract.sieve import compile_pattern
from tests.scorer.contract.books import CONTRACT, TEXT, book


def test_a_rule_needs_all_of_its_patterns_and_none_of_the_others() -> None:
    cut = clauses(CONTRACT)
    found = book().search(cut, len(CONTRACT))
    assert sorted(found["law"]) == [0]
    assert {number: rule.title for number, rule in found["fee"].items()} == {1: "Big fee", 2: ""}
    free = CONTRACT.replace("pays a fee", "pays no fee")
    assert sorted(book().search(clauses(free), len(free))["fee"]) == [2]


def test_the_opening_is_the_beginning_only() -> None:
    text = f"{'This line is only here to fill the pages. ' * 200}\n\n{CONTRACT}"
    assert len(book().search(clauses(text), len(text))["fee"]) == 1


def test_a_match_never_leaves_its_clause() -> None:
    text = TEXT.replace(r"'\blaws of\b'", r"'conflict[^x]*fee'")
    assert book(text).search(clauses(CONTRACT), len(CONTRACT))["law"] == {}


def test_progress_counts_the_clauses_and_never_goes_back() -> None:
    text = CONTRACT * 300
    cut = clauses(text)
    told: list[int] = []
    book().search(cut, len(text), told.append)
    assert told == sorted(told)
    assert len(told) > 2
    assert told[-1] == len(cut)


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(a*)*b", "(.*a){12}b", r"(\w+\s?)+!"])
def test_no_pattern_can_hang(pattern: str) -> None:
    started = time.process_time()
    assert compile_pattern(pattern).search(b"a" * 100_000) is None
    assert time.process_time() - started < 2
