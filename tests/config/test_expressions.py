"""Expressions: mistakes are found when they are read, with their place; what they cost has an end."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import pytest

from app.config import expressions
from app.config.expressions import MAX_TEXT, MapRefusedError, compiled, parsed
from app.config.kinds import RefusedValueError

SECRET = "ada@example.com"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a.[b", "from sign 5 on, at its end"),
        ("predictions[*", "is no JMESPath"),
        ("a b", 'near "b"'),
        ("", "is no JMESPath"),
        ("scores.prcent(@)", "calls prcent, which is no function"),
        ("percent(a, b)", "gives percent 2 values"),
        ("length()", "gives length 0 values"),
        ("a" * (MAX_TEXT + 1), "longer than"),
        ("[" * 300 + "a" + "]" * 300, "nests too deep"),
        ("!" * 100 + "a", "nests too deep"),
        ("[" + ",".join(["a"] * 600) + "]", "says too much"),
    ],
)
def test_a_mistake_is_found_when_it_is_read(text: str, says: str) -> None:
    with pytest.raises(RefusedValueError) as refused:
        compiled(text)
    assert says in refused.value.what


@pytest.mark.parametrize(
    ("text", "value", "made"),
    [
        ("map(&{score: percent(@)}, p)", {"p": [0.07, 1, None]}, [{"score": 7.0}, {"score": 100}, None]),
        ("percent(@)", "0.5", "0.5"),  # a text is none of a number's business: the strict reading refuses it
        ("percent(@)", True, True),
        ("probability(@)", 1.0, 100.0),
        ("parse_json(@)", '{"a": [1]}', {"a": [1]}),
        ("tensor(@)", {"shape": [2, 2], "data": [1, 2, 3, 4]}, [[1, 2], [3, 4]]),
        ("tensor(@)", {"shape": [2, 2], "data": [[1, 2], [3, 4]]}, [[1, 2], [3, 4]]),
        ("tensor(@)", {"shape": [2, 1], "data": [1, 2]}, [1, 2]),
        ("tensor(@)", {"shape": [2], "data": [1, 2]}, [1, 2]),
        ("to_string(@)", {"a": 1}, '{"a":1}'),
    ],
)
def test_what_our_functions_make(text: str, value: Any, made: Any) -> None:
    assert compiled(text).of(value) == made


@pytest.mark.parametrize(
    ("text", "value", "says"),
    [
        ("parse_json(@)", f"Dear {SECRET}", "text that is not JSON"),
        ("parse_json(@)", None, "not text"),
        ("map(&probability(@), @)", [0.2, 1], "a class and no probability"),
        ("length(@)", 5, "length is given a number where it takes string or array or object"),
        ("sum(@)", [SECRET], "sum is given"),
        ("tensor(@)", {"shape": [2, 2], "data": [1, 2, 3]}, "do not fill their shape"),
        ("tensor(@)", {"shape": [0, 2], "data": [1]}, "do not fill their shape"),
        ("tensor(@)", [SECRET], "no list data"),
        ("tensor(@)", {"shape": [1] + [10**4000] * 1000, "data": [1]}, "a shape that no data fill"),
        ("percent(@)", 10**400, "OverflowError"),
        ("ceil(@)", float("inf"), "OverflowError"),
        ("sort_by(a, &b)", {"a": [{"b": 2}, {"b": SECRET}]}, "sort_by is given"),
    ],
)
def test_what_does_not_fit_says_so_and_quotes_nothing(text: str, value: Any, says: str) -> None:
    with pytest.raises(MapRefusedError) as refused:
        compiled(text).of(value)
    assert says in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" | ".join(["[@, @]"] * 35), 1),  # a tree of 2^35 leaves that are one object
        (" | ".join(["[@, @][]"] * 17), [1]),
        (" | ".join(["to_string([@, @])"] * 20), SECRET),
        ("map(&map(&map(&@, @), @), @)", [[[1] * 150] * 150] * 150),
    ],
)
def test_what_an_expression_costs_has_an_end(monkeypatch: pytest.MonkeyPatch, text: str, value: Any) -> None:
    for name in ("MAX_STEPS", "MAX_SIZE"):
        monkeypatch.setattr(expressions, name, 20_000)
    began = time.process_time()
    with pytest.raises(MapRefusedError, match="more than 20000"):
        compiled(text).of(value)
    assert time.process_time() - began < 1


def test_json_that_nests_without_end_is_none() -> None:
    with pytest.raises(ValueError, match="deep"):
        parsed("[" * 200_000)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (f"[{'@,' * 399}@][]", [0] * 10_000),
        (f"join('', [{'@,' * 399}@])", "x" * 10_000),
        (f"merge({', '.join(['@', '@'])})", {str(n): n for n in range(6_000)}),
    ],
)
def test_what_is_too_much_is_refused_before_it_is_made(monkeypatch: pytest.MonkeyPatch, text: str, value: Any) -> None:
    """One step makes hundreds of copies: nobody may have to hold them to find that they are too many."""
    monkeypatch.setattr(expressions, "MAX_SIZE", 11_000)
    expression = compiled(text)
    tracemalloc.start()
    with pytest.raises(MapRefusedError, match="more than 11000 values"):
        expression.of(value)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_pieces_are_put_together_as_the_standard_has_it() -> None:
    assert compiled("a[]").of({"a": [[1], 2, [[3]]]}) == [1, 2, [3]]
    assert compiled("a[]").of({"a": 1}) is None
    assert compiled("join('-', a)").of({"a": ["x", "y"]}) == "x-y"
    assert compiled("merge(a, b)").of({"a": {"x": 1, "y": 1}, "b": {"y": 2}}) == {"x": 1, "y": 2}
