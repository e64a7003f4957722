"""No cell of a table is a formula to a spreadsheet, and none loses what it says."""

from __future__ import annotations

import pytest

from app.cells import cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r", "\uff1d1", "|calc", "%0"])
def test_what_a_spreadsheet_might_run_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "said"), [("Lead/1", "Lead/1"), (None, ""), (0, "0"), ("a\0b", "ab"), ("a=b", "a=b")]
)
def test_what_is_none_stays(value: object, said: str) -> None:
    assert cell(value) == said
