"""Reads scorecards from TOML, strictly: every problem is named at once, with its line and its mend."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.scorer.features import Field
from app.scorer.loader_fields import read_field
from app.scorer.problems import FileRefused, Problems, Table
from app.scorer.scorecard import BANDS, PLACEHOLDER, Cell, Row, Scorecard

SHIPPED = Path(__file__).parent / "scorecards"
MEANINGS = ("probability", "index")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
CAPABILITY = re.compile(r"[a-z][a-z0-9_]{0,63}")
MAX_LABEL = 160


def load_folder(folder: Path) -> dict[str, Scorecard]:
    """All scorecards of a folder by capability. Raises FileRefused."""
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise FileRefused([f"{folder}: holds no scorecard. Put at least one .toml file there."])
    cards: dict[str, Scorecard] = {}
    problems: list[str] = []
    for path in paths:
        try:
            card = load(path)
        except FileRefused as error:
            problems.extend(error.problems)
            continue
        if card.capability in cards:
            problems.append(f"{path.name}: a second scorecard for {card.capability!r}. Keep one of them.")
        cards[card.capability] = card
    if problems:
        raise FileRefused(problems)
    return cards


def load(path: Path, *, draft: bool = False) -> Scorecard:
    """The scorecard of a file. `draft`: one without points, to be fitted. Raises FileRefused with all its problems."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileRefused([f"{path.name}: cannot be read as UTF-8 text ({type(error).__name__})."]) from None
    return parse(text, path.name, draft=draft)


def parse(text: str, where: str, *, draft: bool = False) -> Scorecard:
    """One scorecard. A draft may leave out its scale and its rows' points: they are about to be fitted."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also of numbers without end, and of nests
        raise FileRefused([f"{where}: not valid TOML: {error}."]) from None
    problems = Problems(where, text)
    top = Table(data, (), problems)
    fields = _fields(top)
    baseline, doubling = _scale(top, draft)
    model = top.table("model")
    card = Scorecard(
        capability=_capability(top),
        title=top.text("title"),
        meaning=_meaning(top),
        model=model.text("name"),
        version=model.text("version"),
        valid_for_s=_duration(top),
        baseline=baseline,
        doubling=doubling,
        fields=fields,
        rows=_rows(top, fields, draft),
        bands=_bands(top),
        fitted=top.table("fitted", required=False).rest(),
    )
    model.close()
    top.close()
    problems.check()
    return card


def _capability(top: Table) -> str:
    name = top.text("capability")
    if name and not CAPABILITY.fullmatch(name):
        top.problem("capability", f"{name!r} is not a name. Use small letters, digits and _, such as lead_score.")
    return name


def _meaning(top: Table) -> str:
    meaning = top.text("meaning")
    if meaning and meaning not in MEANINGS:
        top.problem("meaning", f"{meaning!r} is not a meaning. Use one of: {', '.join(MEANINGS)}.")
    return meaning


def _duration(top: Table) -> float:
    text = top.text("valid_for")
    match = re.fullmatch(r"([1-9]\d{0,8})([smhd])", text)
    if match:
        return float(int(match[1]) * SECONDS[match[2]])
    if text:
        top.problem("valid_for", f"{text!r} is not a duration. Write a number and s, m, h or d, such as 1d.")
    return 0.0


def _scale(top: Table, draft: bool) -> tuple[float, float]:
    scale = top.table("scale", required=not draft)
    baseline = scale.number("baseline", default=50.0 if draft else None)
    doubling = scale.number("doubling", default=20.0 if draft else None)
    scale.close()
    if not 0 < baseline < 100:
        scale.problem("baseline", "must be between 0 and 100: the score of an average record.")
        baseline = 50.0
    if doubling <= 0:
        scale.problem("doubling", "must be above 0: how many points double the odds.")
        doubling = 20.0
    return baseline, doubling


def _bands(top: Table) -> dict[str, float]:
    """Where this score is high, medium or low; what is high for a rare outcome is low for a common one."""
    table = top.table("bands", required=False)
    bands = {word: table.number(word, default=least) for word, least in BANDS.items()}
    table.close()
    if not 100 >= bands["high"] > bands["medium"] > bands["low"] == 0:
        table.problem("high", "bands fall from high over medium to low, which begins at 0.")
    return bands


def _fields(top: Table) -> dict[str, Field]:
    tables = top.table("fields")
    fields = {name: read_field(name, tables.table(name)) for name in tables.names()}
    if not fields:
        top.problem("fields", "no field is described. Add at least one [fields.<name>] table.")
    return fields


def _rows(top: Table, fields: Mapping[str, Field], draft: bool) -> tuple[Row, ...]:
    rows, seen = [], set()
    for table in top.tables("rows"):
        names = _row_fields(table, fields)
        label = _row_label(table, names)
        points = table.table("points", required=not draft)
        cells = _cells(points, [fields[name] for name in names]) if names else {}
        if names and not draft and len(names) == 1:
            _check_complete(table, fields[names[0]], cells)
        points.rest()
        table.close()
        if names and frozenset(names) in seen:
            table.problem("fields", f"a second row for {' and '.join(names)}. Put their points into one row.")
        seen.add(frozenset(names))
        rows.append(Row(names, label, cells))
    if not rows:
        top.problem("rows", "no row gives points. Add at least one [[rows]].")
    return tuple(rows)


def _row_fields(table: Table, fields: Mapping[str, Field]) -> tuple[str, ...]:
    names = tuple(table.texts("fields"))
    if not 1 <= len(set(names)) == len(names) <= 2:
        table.problem("fields", "a row names one field, or two different ones, such as fields = ['age'].")
        return ()
    for name in names:
        if name not in fields:
            table.problem("fields", f"no field {name!r} is described. Known: {', '.join(fields)}.")
            return ()
    return names


def _row_label(table: Table, names: tuple[str, ...]) -> str:
    label = table.text("label", default=None if len(names) == 2 else "")
    for name in PLACEHOLDER.findall(label):
        if names and name not in names:
            table.problem("label", f"{{{name}}} is not a field of this row. Use {{{'} or {'.join(names)}}}.")
    if len(label) > MAX_LABEL:
        table.problem("label", f"is longer than {MAX_LABEL} characters. Say it shorter.")
    return label


def _cells(points: Table, fields: list[Field], before: Cell = ()) -> dict[Cell, float]:
    """The points by cell, whatever the depth: one level of group names for each field of the row."""
    cells: dict[Cell, float] = {}
    field, *deeper = fields
    for group in points.names():
        if group not in field.groups:
            points.take(group)
            points.problem(group, f"{field.name!r} has no such group. It has: {', '.join(field.groups)}.")
        elif deeper:
            cells |= _cells(points.table(group), deeper, (*before, group))
        else:
            number = points.number(group)
            if not math.isfinite(number) or abs(number) > 10_000:
                points.problem(group, "points must be between -10000 and 10000.")
            cells[(*before, group)] = number
    return cells


def _check_complete(table: Table, field: Field, cells: Mapping[Cell, Any]) -> None:
    """A group without points is a slip, but for `unknown` and `other`, which then say nothing."""
    for name in field.groups:
        if name not in ("unknown", "other") and (name,) not in cells:
            table.problem("points", f"no points for group {name!r} of {field.name!r}. Add {name} = 0 if it is average.")
