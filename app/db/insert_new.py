"""Insert what is not there yet: the one statement that the two databases spell in two dialects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Table, TextClause
from sqlalchemy.sql.dml import Insert


def insert_new(conn: Connection, table: Table, row: Mapping[str, Any], unique: Sequence[str]) -> bool:
    """Insert a row unless its `unique` columns are taken; whether it went in."""
    statement = _statement(conn, table, unique, None).returning(table.c[unique[0]])
    return conn.execute(statement, dict(row)).first() is not None


def insert_those_new(
    conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], unique: Sequence[str]
) -> set[Any]:
    """Insert all rows but those whose `unique` columns are taken; the last of these columns of each that went in."""
    statement = _statement(conn, table, unique, None).returning(table.c[unique[-1]])
    return set(conn.execute(statement, [dict(row) for row in rows]).scalars()) if rows else set()


def insert_all_new(
    conn: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    unique: Sequence[str],
    where: TextClause | None = None,
) -> None:
    """Insert all rows but those whose `unique` columns are taken, among the rows that `where` names."""
    conn.execute(_statement(conn, table, unique, where), [dict(row) for row in rows])


@cache
def insert_of(dialect: str) -> Callable[[Table], Any]:
    """The INSERT of a dialect, which knows what to do with what is there: `sqlite` or `postgresql`.

    The dialect was read with the engine; the other one's, which nobody here has, would take a start the longer.
    """
    inserting: Callable[[Table], Any] = import_module(f"sqlalchemy.dialects.{dialect}").insert
    return inserting


def _statement(conn: Connection, table: Table, unique: Sequence[str], where: TextClause | None) -> Insert:
    fresh = insert_of(conn.dialect.name)(table)
    statement: Insert = fresh.on_conflict_do_nothing(index_elements=list(unique), index_where=where)
    return statement
