"""What Flask compiles for each application anew, compiled once in a test process: hundreds of tests make a demo of
their own, and its addresses and templates are the same each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from app.web.compiled import Remembered

_BUILDERS: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
_compile_builder = Rule._compile_builder


def _builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """How an address is written. The function is given its rule when it is called, so equal rules can share it."""
    if rule.defaults:
        return _compile_builder(rule, append_unknown)
    said = (rule.rule, *rule._trace, append_unknown)
    if said not in _BUILDERS:
        _BUILDERS[said] = _compile_builder(rule, append_unknown)
    return _BUILDERS[said]


def remember() -> None:
    """From now on, in this process."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Remembered()}
    Rule._compile_builder = _builder  # type: ignore[method-assign]
