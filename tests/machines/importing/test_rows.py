"""Rows: what is wrong is said with its line and its field, and never with the value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.machines.api.shapes import Row
from app.machines.importing.body import MAX_LINE
from app.machines.importing.rows import from_csv, from_json_lines
from app.machines.importing.wrong import BatchRefused, BatchTooLarge, WrongRow
from tests.machines.callers.world import ROW, lines, row

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


def test_a_form_is_told_by_an_example_and_not_as_an_expression() -> None:
    [(_, wrong)] = json_rows(row(record="4711"))
    assert isinstance(wrong, WrongRow)
    assert (wrong.field, wrong.problem) == ("record", "Expected str such as Lead/00QAB000003LeadAA2")


def test_cells_are_read_as_their_shape_has_them() -> None:
    [(line, read)] = csv_rows(HEAD, CELLS)
    assert (line, read.score, read.valid_for_s, read.inputs) == (2, 5.0, 60.0, {"activity": 3})
    quoted = CELLS.replace(b"Lead/1", b'"Lead/1"').replace(b",3", b',"a\nb, c"')
    [(_, read)] = csv_rows(HEAD, *quoted.split(b"\n"))
    assert read.inputs == {"activity": "a\nb, c"}


@pytest.mark.parametrize("said", ['{"a": NaN}', '{"a": -Infinity}', r'{"a": "\ud800"}'])
def test_a_cell_of_json_holds_nothing_that_could_not_be_written_as_json_again(said: str) -> None:
    """Python reads such: the first would break every answer that tells it, the last every export with it inside."""
    head, cells = (
        HEAD.replace(b"input.activity", b"inputs"),
        CELLS[:-1] + f'"{said.replace(chr(34), chr(34) * 2)}"'.encode(),
    )
    [(_, wrong)] = csv_rows(head, cells)
    assert wrong == WrongRow(2, "inputs", "is not JSON")


def test_a_row_that_goes_on_over_many_lines_is_as_short_as_one_on_one_line() -> None:
    """Each line ends a cell and begins another: some hundred kilobytes of gzip would fill the memory with one row."""
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        yield from (HEAD, b'"x')
        while read < 3 * MAX_LINE:
            yield b'","x'
            read += 1

    with pytest.raises(BatchTooLarge):
        list(from_csv(endless()))
    assert read < MAX_LINE


def test_many_rows_may_be_longer_than_one() -> None:
    assert len(csv_rows(HEAD, *[CELLS] * (2 * MAX_LINE // len(CELLS)))) > MAX_LINE // len(CELLS)


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


@pytest.mark.parametrize("inputs", [b"null", b"5", b"[]"])
def test_inputs_that_are_no_object_are_named_also_where_a_column_adds_to_them(inputs: bytes) -> None:
    [(line, wrong)] = csv_rows(HEAD + b",inputs", CELLS + b"," + inputs)
    assert (line, wrong.field) == (2, "inputs")
    head, row = HEAD.replace(b",input.", b",inputs,input."), CELLS.rpartition(b",")
    [(line, wrong)] = csv_rows(head, row[0] + b"," + inputs + b"," + row[2])
    assert (line, wrong.field) == (2, "inputs")


@pytest.mark.parametrize("head", [b"id,score", HEAD + b",score", HEAD + b",Factors", b""])
def test_a_head_that_names_no_rows_of_ours_is_refused(head: bytes) -> None:
    with pytest.raises(BatchRefused, match="Known columns"):
        csv_rows(head, CELLS)
