"""Ids and names of the API."""

from __future__ import annotations

import pytest

from app.hosts.salesforce.ids import is_id, is_name, long_id, same_id, type_by_prefix


@pytest.mark.parametrize(
    ("short", "long"),
    [("00QAB000003Lead", "00QAB000003Lead2AC"), ("001D000000IqhSL", "001D000000IqhSLIAZ")],
)
def test_the_long_form_of_an_id(short: str, long: str) -> None:
    assert long_id(short) == long
    assert long_id(long) == long
    assert same_id(short, long)
    assert not same_id(short, short.swapcase())


@pytest.mark.parametrize(
    "text",
    ["", "00Q", "00QAB000003Lea'", "00QAB000003LeadA", "00QAB000003Lead\n", "٠٠QAB000003Lead", 7, None],
)
def test_what_is_no_id(text: object) -> None:
    assert not is_id(text)


@pytest.mark.parametrize("text", ["", "Owner.Name", "Name--", "1Name", "Name,Id", "Näme", "N" * 81, None])
def test_what_is_no_name(text: object) -> None:
    assert not is_name(text)
    assert is_name("AI_Score__c")


def test_types_by_prefix() -> None:
    assert type_by_prefix("00QAB000003Lead") == "Lead"
    assert type_by_prefix("00qAB000003Lead") is None
