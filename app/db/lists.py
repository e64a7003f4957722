"""A list of rows as one parameter: a table within a statement, which the two databases spell in two dialects."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Connection, FromClause, Text, bindparam, func
from sqlalchemy.types import TypeEngine

Columns = Mapping[str, TypeEngine[Any]]


def listed(dialect: str, columns: Columns) -> tuple[FromClause, Mapping[str, ColumnElement[Any]]]:
    """The table `asked`, and its columns by name; `parameters` fills it."""
    if dialect == "postgresql":
        lists = [bindparam(name, type_=ARRAY(kind)) for name, kind in columns.items()]
        table = func.unnest(*lists).table_valued(*columns, name="asked").render_derived()
        return table, dict(zip(columns, table.c, strict=True))
    each = func.json_each(bindparam("rows", type_=Text)).table_valued("value", name="asked")
    return each, {
        name: func.json_extract(each.c.value, f"$[{n}]", type_=kind) for n, (name, kind) in enumerate(columns.items())
    }


def parameters(conn: Connection, columns: Columns, rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """What an executed statement is given for its listed table; `rows` are at least one."""
    if conn.dialect.name == "postgresql":
        return dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))
    return {"rows": json.dumps(rows)}
