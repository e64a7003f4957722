"""Expressions that make one JSON of another: JMESPath (https://jmespath.org), compiled when a configuration is read,
bounded when they run.

They come from whoever writes the configuration, never from a viewer; what they run over comes from a core, so what
they cost is counted: steps, sizes, and how deep they nest.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError, ParseError
from jmespath.functions import Functions, signature
from jmespath.visitor import Options, TreeInterpreter

from app.config.kinds import Kind, RefusedValueError, expect

MAX_TEXT, MAX_NODES, MAX_DEPTH = 4_000, 500, 40
MAX_STEPS = 500_000  # a second of one thread, about, at the very most
MAX_AXES = 16  # of a tensor
MAX_SIZE = 2_000_000  # entries of a list, signs of a text, values of a whole


class MapRefusedError(Exception):
    """An expression cannot be run over this value. The text says why, and never quotes the value."""


class _Functions(Functions):
    """The standard's functions, and four that scores need."""

    @signature({"types": []})
    def _func_percent(self, share: Any) -> Any:
        """A share of one as a share of a hundred. Anything else stays as it is, for the strict reading to refuse."""
        if isinstance(share, bool) or not isinstance(share, int | float):
            return share
        return round(share * 100, 9) if math.isfinite(share) else share

    @signature({"types": []})
    def _func_probability(self, share: Any) -> Any:
        """The same of a number that must not be a class: 1 for "yes" would be shown as sure."""
        if isinstance(share, int):
            raise MapRefusedError("probability is given a whole number or a truth, which is a class and no probability")
        return self._func_percent(share)

    @signature({"types": []})
    def _func_parse_json(self, text: Any) -> Any:
        """The JSON within a text."""
        if not isinstance(text, str):
            raise MapRefusedError("parse_json is given what is not text")
        try:
            return parsed(text)
        except ValueError:
            raise MapRefusedError("parse_json is given text that is not JSON") from None

    @signature({"types": []})
    def _func_tensor(self, tensor: Any) -> Any:
        """The rows of a tensor of the Open Inference Protocol, whether its `data` is nested or flat."""
        data, shape = (tensor.get("data"), tensor.get("shape")) if isinstance(tensor, dict) else (None, None)
        if not isinstance(data, list) or not isinstance(shape, list) or not all(isinstance(n, int) for n in shape):
            raise MapRefusedError("tensor is given what has no list data and no list shape")
        if len(shape) < 2 or any(isinstance(each, list) for each in data):
            return data
        if len(shape) > MAX_AXES or not all(0 <= n <= MAX_SIZE for n in shape):  # else their product alone takes long
            raise MapRefusedError("tensor is given a shape that no data fill")
        width = math.prod(shape[1:])
        if width < 1 or len(data) != width * shape[0]:
            raise MapRefusedError("tensor is given data that do not fill their shape")
        return [data[at : at + width] for at in range(0, len(data), width)] if width > 1 else data

    @signature({"types": ["string"]}, {"types": ["array-string"]})
    def _func_join(self, between: str, texts: list[str]) -> str:
        """As the standard has it; so is the next."""
        _bounded(len(each) + len(between) for each in texts)
        return between.join(texts)

    @signature({"types": ["object"], "variadic": True})
    def _func_merge(self, *objects: dict[str, Any]) -> dict[str, Any]:
        _bounded(map(len, objects))
        return {name: value for each in objects for name, value in each.items()}

    @signature({"types": []})
    def _func_to_string(self, value: Any) -> str:
        """As the standard has it, of no more than a text may hold."""
        return value if isinstance(value, str) else json.dumps(weighed(value), separators=(",", ":"), default=str)


_FUNCTIONS = _Functions()


class _Bounded(TreeInterpreter):
    """Counts what it does."""

    def __init__(self) -> None:
        super().__init__(Options(custom_functions=_FUNCTIONS))
        self._left = MAX_STEPS

    def visit(self, node: Any, *args: Any, **named: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            raise MapRefusedError(f"it takes more than {MAX_STEPS} steps")
        value = super().visit(node, *args, **named)
        if isinstance(value, list | str | dict) and len(value) > MAX_SIZE:
            raise MapRefusedError(f"it makes more than {MAX_SIZE} values")
        return value

    def visit_flatten(self, node: Any, value: Any) -> Any:
        """As the standard has it. One step may put hundreds of long lists into one: they are counted before."""
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        parts = [each if isinstance(each, list) else [each] for each in base]
        _bounded(map(len, parts))
        return list(chain.from_iterable(parts))


def _bounded(sizes: Iterable[int]) -> None:
    """Raises MapRefusedError for what would be too large together."""
    if sum(sizes) > MAX_SIZE:
        raise MapRefusedError(f"it makes more than {MAX_SIZE} values")


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression, as it was written and as it is run. Two of the same text are the same."""

    text: str
    _node: Any = field(repr=False, compare=False)

    def of(self, value: Any) -> Any:
        """What it makes of a value. Raises MapRefusedError."""
        try:
            return weighed(_Bounded().visit(self._node, value))
        except JMESPathTypeError as error:  # its own text quotes the value
            kinds = " or ".join(map(str, error.expected_types))
            what = f"{error.function_name} is given {_article(error.actual_type)} where it takes {kinds}"
            raise MapRefusedError(what) from None
        except (JMESPathError, RecursionError, TypeError, ValueError, ArithmeticError) as error:
            raise MapRefusedError(f"it cannot be run over this ({type(error).__name__})") from None


def parsed(text: str) -> Any:
    """A JSON text, in which NaN and infinities stand for numbers that are none: a strict reading then refuses them
    at their place. Raises ValueError."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it nests too deep") from None


def weighed(value: Any) -> Any:
    """The value, if it is of a size that may be handed on. Raises MapRefusedError. One value in two places counts
    twice, as it would where it is written down."""
    left, open_ = MAX_SIZE, [iter((value,))]
    while open_:
        each = next(open_[-1], open_)
        if each is open_:
            open_.pop()
            continue
        left -= 1 + (len(each) // 64 if isinstance(each, str) else 0)
        if left < 0 or len(open_) > 10 * MAX_DEPTH:
            raise MapRefusedError(f"it makes more than {MAX_SIZE} values")
        if isinstance(each, dict | list):
            open_.append(iter(each.values() if isinstance(each, dict) else each))
    return value


def _read(raw: Any, _: Path) -> Expression:
    expect(raw, str, "a JMESPath expression", "predictions[*]")
    return compiled(raw)


def compiled(text: str) -> Expression:
    """Raises RefusedValueError, with the place in the text."""
    if len(text) > MAX_TEXT:
        raise RefusedValueError(f"is longer than {MAX_TEXT} signs.", "Say it shorter, or let the core answer simpler.")
    try:
        node = jmespath.compile(text).parsed
    except ParseError as error:
        at = min(error.lex_position or 0, len(text))
        near = f'near "{text[at : at + 20]}"' if at < len(text) else "at its end"
        raise RefusedValueError(
            f"is no JMESPath expression, from sign {at + 1} on, {near}.", "See https://jmespath.org for its grammar."
        ) from None
    except (JMESPathError, RecursionError):
        raise RefusedValueError("is no JMESPath expression.", "See https://jmespath.org for its grammar.") from None
    _check(node, 0, [MAX_NODES])
    return Expression(text, node)


def _check(node: Any, depth: int, left: list[int]) -> None:
    """Its size, and that every function in it exists and is given as many values as it takes."""
    left[0] -= 1
    if depth > MAX_DEPTH or left[0] < 0:
        raise RefusedValueError("nests too deep, or says too much at once.", f"Keep it under {MAX_NODES} parts.")
    inner = list(_children(node))
    if node["type"] == "function_expression":
        name, known = node["value"], _FUNCTIONS.FUNCTION_TABLE
        if name not in known:
            raise RefusedValueError(f"calls {name}, which is no function.", f"Known are: {', '.join(sorted(known))}.")
        takes = known[name]["signature"]
        many = bool(takes) and bool(takes[-1].get("variadic"))
        if len(inner) < len(takes) or (len(inner) > len(takes) and not many):
            raise RefusedValueError(f"gives {name} {len(inner)} values.", f"It takes {len(takes)}.")
    for each in inner:
        _check(each, depth + 1, left)


def _children(node: Any) -> Iterator[Any]:
    yield from (each for each in node.get("children", ()) if isinstance(each, dict))


def _article(kind: str) -> str:
    return f"an {kind}" if kind[:1] in "aeiou" else f"a {kind}" if kind != "null" else "null"


EXPRESSION = Kind("predictions[*]", _read)
