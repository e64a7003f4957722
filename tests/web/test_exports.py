"""Exported tables: whole, readable by spreadsheets, and run by none."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from app.web.exports import findings_csv
from app.web.texts import Texts
from tests.views.readings import READ, shown

TEXTS = Texts.load()


def table(locale: str = "en", **finding: Any) -> list[list[str]]:
    params = shown("document-sidebar", READ)
    params["findings"][0] |= finding
    body = findings_csv(params, TEXTS, locale)
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_every_finding_is_a_row_with_its_verdict() -> None:
    head, *rows = table()
    assert head[:3] == ["Severity", "Finding", "Page"]
    assert [row[1] for row in rows] == ["Finding c", "Finding a", "Finding b"]
    assert rows[1][6:12] == ["Severity changed", "Medium", "", "", "Jo", "2026-11-23 14:05:00Z"]
    assert {len(row) for row in (head, *rows)} == {14}
    assert table("de")[0][:2] == ["Schwere", "Befund"]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =HYPERLINK(1)", "\uff1d1", "|cmd", "%0A"],
)
def test_no_cell_is_a_formula(text: str) -> None:
    for name in ("title", "quote", "comment", "by", "reason", "category"):
        assert any(cell == f"'{text}" for cell in table(**{name: text})[1]), name


def test_quotes_lines_and_other_scripts_come_back_as_they_were() -> None:
    text = 'He said "so",\r\nand — نعم; then\n1.'
    assert table(quote=text)[1][3] == text
