"""Writes fitted points into a scorecard's file: the part made by hand stays, the fitted part is replaced."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from app.scorer.scorecard import Row, Scorecard

MARK = "# ---- fitted: `inlay-core fit` writes everything below this line ----"
WRITTEN = re.compile(r"\s*\[+\s*(scale|fitted|rows)\b")


def with_points(text: str, card: Scorecard, facts: Mapping[str, Any]) -> str:
    """The file's text up to the mark, then the scale, the facts and the rows with points."""
    head = text.partition(MARK)[0] if MARK in text else _without_tables(text)
    scale = f"[scale]\nbaseline = {card.baseline:g}\ndoubling = {card.doubling:g}\n"
    stated = "[fitted]\n" + "".join(f"{key} = {_literal(value)}\n" for key, value in facts.items())
    rows = "\n".join(_row(row) for row in card.rows)
    return f"{head.rstrip()}\n\n{MARK}\n\n{scale}\n{stated}\n{rows}"


def _without_tables(text: str) -> str:
    """A draft without the tables that the fit writes, wherever they stand in it."""
    pieces = re.split(r"^(?=\s*\[)", text, flags=re.MULTILINE)
    return "".join(piece for piece in pieces if not WRITTEN.match(piece))


def _row(row: Row) -> str:
    # group names are bare TOML keys by the loader's rule
    fields = ", ".join(_literal(name) for name in row.fields)
    label = f"label = {_literal(row.label)}\n" if row.label else ""
    lines: list[str] = []
    if len(row.fields) == 1:
        lines = [f"{cell[0]} = {points:g}\n" for cell, points in row.points.items()]
    else:
        for first in dict.fromkeys(cell[0] for cell in row.points):
            inner = ", ".join(f"{c[1]} = {points:g}" for c, points in row.points.items() if c[0] == first)
            lines.append(f"{first} = {{ {inner} }}\n")
    return f"[[rows]]\nfields = [{fields}]\n{label}[rows.points]\n{''.join(lines)}"


def _literal(value: Any) -> str:
    """Texts, numbers and truth values are the same in JSON and in TOML."""
    return json.dumps(value, ensure_ascii=False)
