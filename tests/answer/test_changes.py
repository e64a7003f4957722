"""What changed since a viewer last looked: what moved of itself, and only what this viewer may see."""

from __future__ import annotations

from datetime import UTC, datetime

from app.answer.changes import Change, Input, Moved, change, moved_inputs
from app.core.shapes import Factor, Meaning, Model, Score

NOW = datetime(2026, 11, 23, tzinfo=UTC)
BANDS = [("high", 70.0), ("medium", 40.0), ("low", 0.0)]
ONE, TWO = Factor("One", 5, "", ("a",)), Factor("Two", -3, "", ("b",))
ONE_MORE = Factor("Source", 2, "web", ("c",))
BOTH, SILENT = Factor("Both", 1, "", ("a", "b")), Factor("Silent", 1)


def score(*factors: Factor, value: float = 50) -> Score:
    return Score(value, Meaning.INDEX, factors, Model("m", "1"), NOW, 900)


def labels(found: Change | None) -> tuple[str, ...]:
    assert found is not None
    return tuple(each.label for each in found.moved)


def test_what_moved_most_is_named_first_and_three_at_most() -> None:
    before = score(*(Factor(name, 0, "", ("a",)) for name in "vwxyz"))
    now = score(*(Factor(name, n, "", ("a",)) for n, name in enumerate("vwxyz")), value=60)
    found = change(before, 0.0, now, frozenset())
    assert labels(found) == ("z", "y", "x")
    assert found is not None
    assert (found.before, found.moved[0]) == (50, Moved("z", 0, 4))


def test_a_factor_that_says_the_same_has_not_moved_though_the_curve_bent_its_effect() -> None:
    before = score(Factor("A", 9.0, "Meetings: 2"), Factor("B", 4.0, "Size: 10"))
    after = score(Factor("A", 6.0, "Meetings: 2"), Factor("B", 14.0, "Size: 500"), value=70)
    assert labels(change(before, 0.0, after, frozenset())) == ("B",)


def test_a_factor_that_came_or_went_has_moved_unless_it_is_hidden() -> None:
    gone = change(score(ONE, TWO), 0.0, score(ONE, value=60), frozenset())
    assert gone is not None
    assert gone.moved == (Moved("Two", -3, None),)
    assert labels(change(score(ONE, TWO), 0.0, score(ONE, value=60), frozenset({"b"}))) == ()


def test_other_words_of_the_same_field_are_one_reason_that_moved() -> None:
    before = score(Factor("Size: 10", -3, "", ("a",)), ONE_MORE)
    now = score(Factor("Size: 500", 9, "", ("a",)), ONE_MORE, value=62)
    found = change(before, 0.0, now, frozenset())
    assert found is not None
    assert found.moved == (Moved("Size: 500", -3, 9, "Size: 10"),)


def test_the_inputs_that_moved_are_those_that_the_viewer_may_see() -> None:
    inputs = moved_inputs({"a": 1, "b": 2, "c": 3}, {"a": 5, "b": 7, "d": None, "c": 3})
    assert inputs == (Input("a", 1, 5), Input("b", 2, 7))
    found = change(score(ONE), 0.0, score(ONE, value=60), frozenset({"b"}), inputs)
    assert found is not None
    assert found.inputs == (Input("a", 1, 5),)
    assert isinstance(hash(found), int)
    assert isinstance(hash(Input("a", [1], {"b": 2})), int)


def test_nothing_changed_is_no_change() -> None:
    assert change(score(ONE), 0.0, score(Factor("One", 5.4, "", ("a",)), value=50.3), frozenset()) is None
