"""An export says all that was found, in a form that others read and no spreadsheet runs, in bounded memory."""

from __future__ import annotations

import csv
import io
import itertools
import json
import tracemalloc

from sqlalchemy import insert, select, text

from app.audit.export import COLUMNS, exported
from app.audit.search import Query, found
from app.db.schema import audit
from tests.audit.sealing import Sealed


def test_both_forms_say_the_same(sealed: Sealed) -> None:
    sealed.write("Lead/1", "=cmd|' /C calc'!A0")
    rows = list(found(sealed.database, Query()))
    table = list(csv.DictReader(io.StringIO("".join(exported(rows, "csv")).removeprefix("\ufeff"), newline="")))
    lines = [json.loads(line) for line in "".join(exported(rows, "jsonl")).splitlines()]
    assert [int(each["seq"]) for each in table] == [each["seq"] for each in lines] == [3, 2, 1]
    assert list(lines[0]) == list(COLUMNS)
    assert lines[1]["record"] == "=cmd|' /C calc'!A0"
    assert table[1]["record"] == "'=cmd|' /C calc'!A0"
    assert lines[0]["detail"] == json.loads(table[0]["detail"]) == {"admin": "Ada"}
    assert lines[0]["at"] == table[0]["at"] == "1970-01-01T00:16:40.000000Z"


def test_nothing_found_is_a_table_of_no_rows(sealed: Sealed) -> None:
    assert "".join(exported([], "jsonl")) == ""
    assert "".join(exported([], "csv")).count("\r\n") == 1


def test_what_somebody_broke_is_told_as_it_is(sealed: Sealed) -> None:
    sealed.write()
    sealed.do("UPDATE audit SET detail = 'no JSON'")
    [line] = exported(found(sealed.database, Query()), "jsonl")
    assert json.loads(line)["detail"] == {"unreadable": "no JSON"}


def test_memory_does_not_grow_with_what_is_exported(sealed: Sealed) -> None:
    row = {
        "at": 5.0,
        "event": "view.shown",
        "family": "decision",
        "connection": "crm",
        "detail": '{"a": "' + "x" * 400 + '"}',
    }
    with sealed.database.begin() as conn:
        conn.execute(insert(audit), [row | {"seq": n} for n in range(1, 8_001)])
        assert conn.execute(select(text("count(*)")).select_from(audit)).scalar_one() == 8_000
    parts = exported(found(sealed.database, Query()), "csv")
    sent = sum(len(part) for part in itertools.islice(parts, 10))
    tracemalloc.start()
    sent += sum(len(part) for part in parts)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sent > 4_000_000
    assert peak < 3_000_000
