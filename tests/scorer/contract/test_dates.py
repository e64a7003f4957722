"""Dates and periods as contracts write them."""

from __future__ import annotations

from datetime import date

import pytest

from app.scorer.contract.dates import read_dates, read_periods


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("dated as of January 5, 2004, that", date(2004, 1, 5)),
        ("this 1st day of November, 2002", date(2002, 11, 1)),
        ("on the 30th of Sept. 1999", date(1999, 9, 30)),
        ("15 April 2010", date(2010, 4, 15)),
        ("April 15 , 2010", date(2010, 4, 15)),
        ("November 19t h, 2012", date(2012, 11, 19)),
        ("08/19/2019", date(2019, 8, 19)),
        ("19/08/2019", date(2019, 8, 19)),
        ("05/05/2019", date(2019, 5, 5)),
        ("2026-11-23", date(2026, 11, 23)),
    ],
)
def test_a_date_is_read(text: str, day: date) -> None:
    assert [found for _, found in read_dates(text)] == [day]


@pytest.mark.parametrize(
    "text", ["05/06/2019", "February 30, 2010", "this ___ day of May", "13/13/2013", "May 2013", "12, 2010"]
)
def test_what_is_no_whole_or_no_clear_date_is_not_read(text: str) -> None:
    assert read_dates(text) == []


def test_dates_come_in_their_order() -> None:
    days = [day.year for _, day in read_dates("from 1 May 2001 or 2002-02-03 until June 4, 2003")]
    assert days == [2001, 2002, 2003]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("thirty (30) days' notice", "30 days"),
        ("a period of One (1) Year", "1 year"),
        ("twenty-four months", "24 months"),
        ("ten (10) business days", "10 days"),
        ("successive two year periods", "2 years"),
        ("a 3-year term", "3 years"),
        ("one hundred eighty (180) days before", "180 days"),
        ("(30) days", "30 days"),
    ],
)
def test_a_period_is_read(text: str, period: str) -> None:
    assert [found for _, found in read_periods(text)] == [period]
