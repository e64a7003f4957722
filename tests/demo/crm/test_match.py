"""Columns find their features by name, whatever the spelling; the best fitting capability comes first."""

from __future__ import annotations

from app.demo.crm.leads import COLUMNS
from app.demo.crm.match import fits, plain

CAPABILITIES = [
    {
        "name": "a",
        "title": "A",
        "fields": [{"name": "company_size", "type": "number", "doc": "d"}, {"name": "x"}],
    },
    {"name": "b", "fields": [{"name": "age"}, {"name": "job"}]},
    {"name": "c", "kind": "analysis", "fields": [{"name": "age"}]},
]


def test_names_without_spelling() -> None:
    assert plain("Email_Opens__c") == plain("email opens") == plain("EmailOpens") == "emailopens"


def test_best_fit_is_first_and_analyses_are_left_out() -> None:
    assert [fit.capability for fit in fits(CAPABILITIES, ["AGE", "Job"])] == ["b", "a"]
    assert [fit.capability for fit in fits(CAPABILITIES, ["Employees"])] == ["a", "b"]


def test_other_names_are_known() -> None:
    best = fits(CAPABILITIES, [column.name for column in COLUMNS])[0]
    assert best.fields == {"company_size": "NumberOfEmployees"}
    assert best.known == 1


def test_nothing_known() -> None:
    assert [fit.known for fit in fits(CAPABILITIES, ["colour"])] == [0, 0]
