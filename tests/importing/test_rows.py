"""Rows: what is wrong is said with its line and its field, and never with the value."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.api.shapes import Row
from app.importing.rows import from_csv, from_json_lines
from app.importing.wrong import BatchRefused, WrongRow
from tests.callers.world import ROW, lines, row

HEAD = b"record,score,meaning,model_name,model_version,computed_at,valid_for_s,input.activity"
CELLS = b"Lead/1,5,index,m,1,2026-11-01T00:00:00Z,60,3"


def json_rows(*rows: dict[str, Any]) -> list[tuple[int, Any]]:
    return list(from_json_lines(lines(*rows).split(b"\n")))


def csv_rows(*content: bytes) -> list[tuple[int, Any]]:
    return list(from_csv(content))


def test_a_row_is_read_with_its_line_and_empty_ones_are_passed_over() -> None:
    found = list(from_json_lines([b"", json.dumps(ROW).encode(), b"  "]))
    assert [(line, type(each)) for line, each in found] == [(2, Row)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"score": "secret-77"}, "score"),
        ({"model": {"name": "secret-77"}}, "model"),
        ({"inputs": {"a": [1]}}, "inputs[...]"),
        ({"secret": 1}, "secret"),
        ({"record": None}, "record"),
    ],
)
def test_what_is_wrong_is_named_and_its_value_is_not(changes: dict[str, Any], field: str) -> None:
    [(line, wrong)] = json_rows(row(**changes))
    assert isinstance(wrong, WrongRow)
    assert (line, wrong.line, wrong.field) == (1, 1, field)
    assert "secret-77" not in wrong.problem


def test_cells_are_read_as_their_shape_has_them() -> None:
    [(line, read)] = csv_rows(HEAD, CELLS)
    assert (line, read.score, read.valid_for_s, read.inputs) == (2, 5.0, 60.0, {"activity": 3})
    quoted = CELLS.replace(b"Lead/1", b'"Lead/1"').replace(b",3", b',"a\nb, c"')
    [(_, read)] = csv_rows(HEAD, *quoted.split(b"\n"))
    assert read.inputs == {"activity": "a\nb, c"}


@pytest.mark.parametrize("cell", [b"nan", b"inf", b"-Infinity"])
def test_a_cell_that_no_json_could_hold_stays_text(cell: bytes) -> None:
    [(_, read)] = csv_rows(HEAD, CELLS[:-1] + cell)
    assert read.inputs == {"activity": cell.decode()}


@pytest.mark.parametrize(
    ("cells", "field"),
    [(CELLS.replace(b",5,", b",,"), "score"), (CELLS + b",x", ""), (CELLS.replace(b"index", b"luck"), "meaning")],
)
def test_a_wrong_cell_is_named(cells: bytes, field: str) -> None:
    [(line, wrong)] = csv_rows(HEAD, cells)
    assert (line, wrong.field) == (2, field)


@pytest.mark.parametrize("head", [b"id,score", HEAD + b",score", HEAD + b",Factors", b""])
def test_a_head_that_names_no_rows_of_ours_is_refused(head: bytes) -> None:
    with pytest.raises(BatchRefused, match="Known columns"):
        csv_rows(head, CELLS)
