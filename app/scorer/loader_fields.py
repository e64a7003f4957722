"""Reads the `[fields.<name>]` tables of a scorecard: types, titles and groups."""

from __future__ import annotations

import re

from app.scorer.features import OTHER, UNKNOWN, Field, Group, Kind
from app.scorer.problems import Table

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
RANGES = (Kind.NUMBER, Kind.DATE)
MAX_LABEL = 160


def read_field(name: str, table: Table) -> Field:
    """One field; its problems are noted in the table's file, and what is wrong is replaced to read on."""
    kind = _kind(table)
    title = table.text("title")
    doc = table.text("doc")
    unit = table.text("unit", default="")
    groups = _groups(table, kind, title)
    table.close()
    return Field(name, kind, title, doc, unit, groups)


def _kind(table: Table) -> Kind:
    word = table.text("type")
    try:
        return Kind(word)
    except ValueError:
        if word:
            table.problem("type", f"{word!r} is not a type. Use one of: {', '.join(Kind)}.")
        return Kind.TEXT


def _groups(table: Table, kind: Kind, title: str) -> dict[str, Group]:
    tables = table.table("groups")
    groups = {name: _group(name, tables.table(name), kind, title) for name in tables.names()}
    plain = [group for group in groups.values() if group.name not in (UNKNOWN, OTHER)]
    if OTHER in groups and kind not in (Kind.CHOICE, Kind.TEXT):
        tables.problem(OTHER, f"a field of type {kind} has no other values. Take the group out.")
    if kind is Kind.BOOL and {group.name for group in plain} != {"yes", "no"}:
        table.problem("groups", "a bool has exactly the groups yes and no.")
    elif not plain:
        table.problem("groups", "at least one group is needed.")
    elif kind in RANGES:
        _check_ranges(tables, plain)
    else:
        _check_values(tables, plain)
    # every record can be read: a card that describes no unknown group gets one
    return groups | {UNKNOWN: groups.get(UNKNOWN, Group(UNKNOWN, f"{title} is not known", "not known"))}


def _group(name: str, table: Table, kind: Kind, title: str) -> Group:
    if not NAME.fullmatch(name):
        table.problem("", f"{name!r} is not a group name. Use letters, digits, _ and -.")
    word = table.text("word", default=name.replace("_", " "))
    label = table.text("label", default=f"{title}: {word}")
    for key, text in (("label", label), ("word", word)):
        if len(text) > MAX_LABEL:
            table.problem(key, f"is longer than {MAX_LABEL} characters. Say it shorter.")
    ranged = kind in RANGES and name not in (UNKNOWN, OTHER)
    below = table.number("below") if ranged and table.has("below") else None
    listed = kind in (Kind.CHOICE, Kind.TEXT) and name not in (UNKNOWN, OTHER)
    values = tuple(table.texts("values", default=[name])) if listed else ()
    table.close()
    return Group(name, label, word, below, values)


def _check_ranges(tables: Table, plain: list[Group]) -> None:
    *lower, last = plain
    if last.below is not None:
        tables.problem(last.name, "the last group must have no `below`, so that every number has a group.")
    edge = None
    for group in lower:
        if group.below is None:
            tables.problem(group.name, "has no `below`; only the last group goes without.")
        elif edge is not None and group.below <= edge:
            tables.problem(group.name, f"`below` must rise from group to group; the one before ends at {edge:g}.")
        else:
            edge = group.below


def _check_values(tables: Table, plain: list[Group]) -> None:
    owner: dict[str, str] = {}
    for group in plain:
        for value in group.values:
            first = owner.setdefault(value.casefold(), group.name)
            if first != group.name:
                tables.problem(group.name, f"the value {value!r} is already in group {first!r}. Keep it in one.")
