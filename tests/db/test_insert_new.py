"""Inserting what is new: a row that is there already is left as it is, on both databases."""

from __future__ import annotations

from app.db import Database
from app.db.insert_new import insert_all_new, insert_new
from app.db.schema import used_launches

UNIQUE = ("connection", "used_key")


def row(key: str, until: float = 1.0) -> dict[str, object]:
    return {"connection": "acme", "used_key": key, "used_until": until}


def test_a_new_row_is_told_from_one_that_is_there(database: Database) -> None:
    with database.begin() as conn:
        assert insert_new(conn, used_launches, row("a"), UNIQUE)
        assert not insert_new(conn, used_launches, row("a", 2.0), UNIQUE)
        assert conn.exec_driver_sql("SELECT used_until FROM used_launches").scalars().all() == [1.0]


def test_of_many_rows_the_new_ones_are_kept(database: Database) -> None:
    with database.begin() as conn:
        insert_new(conn, used_launches, row("a"), UNIQUE)
        insert_all_new(conn, used_launches, [row("a", 2.0), row("b", 3.0)], UNIQUE)
        rows = conn.exec_driver_sql("SELECT used_key, used_until FROM used_launches ORDER BY 1").all()
    assert [tuple(each) for each in rows] == [("a", 1.0), ("b", 3.0)]
