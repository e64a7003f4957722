"""What may enter an address at Dataverse, and how it calls many of a kind."""

from __future__ import annotations

import pytest

from app.hosts.dynamics.ids import is_column, is_id, is_table, key, many


@pytest.mark.parametrize(
    ("one", "all_of_them", "its_key"),
    [
        ("lead", "leads", "leadid"),
        ("opportunity", "opportunities", "opportunityid"),
        ("incident", "incidents", "incidentid"),
        ("new_bus", "new_buses", "new_busid"),
        ("new_survey", "new_surveys", "new_surveyid"),
        ("task", "tasks", "activityid"),
    ],
)
def test_tables(one: str, all_of_them: str, its_key: str) -> None:
    assert is_table(one)
    assert (many(one), key(one)) == (all_of_them, its_key)


def test_nothing_else_enters_an_address() -> None:
    assert is_id("00aa00aa-bb11-4c22-8d33-44ee44ee44ee")
    assert not any(map(is_id, ("", "{00aa00aa-bb11-4c22-8d33-44ee44ee44ee}", "00AA", "1 or 1 eq 1")))
    assert not any(map(is_table, ("", "Lead", "lead)", "a/b", "a'b")))
    assert is_column("_ownerid_value")
    assert not any(map(is_column, ("", "Revenue", "a b", "a,b", "a/b")))
