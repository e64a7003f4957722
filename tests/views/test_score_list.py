"""The list's view: ranked, each row with its strongest reason, and what has no number below."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.answer import Answer, Listing, Row, State
from app.core.shapes import Factor
from app.launch import LISTED, Record
from tests.views.cast import READY, SCORE, shown


def scored(value: float, **more: Any) -> Answer:
    return replace(READY, score=replace(SCORE, value=value), **more)


def rows(*answers: tuple[str, Answer]) -> list[dict[str, Any]]:
    listed = tuple(Row(Record("Lead", str(n)), answer, name) for n, (name, answer) in enumerate(answers))
    params = shown("score-list", Listing(State.READY, "lead_score", listed), record=LISTED)
    found: list[dict[str, Any]] = params["rows"]
    return found


def test_the_highest_is_first_and_equals_go_by_name() -> None:
    found = rows(("b", scored(50)), ("c", scored(90)), ("A", scored(50.9)))
    assert [(row["place"], row["name"]) for row in found] == [(1, "c"), (2, "A"), (3, "b")]


def test_what_has_no_number_is_below_all_that_have_one() -> None:
    empty, pending = Answer(State.EMPTY, "lead_score"), Answer(State.PENDING, "lead_score")
    away = Answer(State.UNAVAILABLE, "lead_score")
    found = rows(("a", empty), ("b", away), ("c", pending), ("d", scored(0)))
    assert [row["name"] for row in found] == ["d", "c", "b", "a"]


def test_the_strongest_reason_is_told_with_its_direction() -> None:
    factors = (Factor("Size", 3.0), Factor("Idle", -6.0), Factor("Nil", 0.0))
    [row] = rows(("a", replace(READY, score=replace(SCORE, factors=factors))))
    assert (row["reason"], row["raises"]) == ("Idle", False)
    [bare] = rows(("a", replace(READY, score=replace(SCORE, factors=()))))
    assert bare["reason"] == ""


def test_a_row_that_carries_a_score_but_must_not_show_it_shows_nothing_of_it() -> None:
    [row] = rows(("a", replace(READY, state=State.PENDING)))
    assert (row["score"], row["band"], row["reason"], row["change"]) == (None, None, "", None)


def test_what_is_missing_is_counted() -> None:
    listed = tuple(Row(Record("Lead", each.value), Answer(each, "")) for each in (State.PENDING, State.UNAVAILABLE))
    params = shown("score-list", Listing(State.PENDING, "", listed, denied=2), record=LISTED)
    assert [params[each] for each in ("pending", "unavailable", "empty", "denied")] == [1, 1, 0, 2]


def test_where_nothing_may_be_seen_nothing_is_counted() -> None:
    params = shown("score-list", Listing(State.DENIED, "", denied=7), record=LISTED)
    assert params["denied"] == 0
