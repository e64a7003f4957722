"""SOQL is read strictly: what is not in the small language is refused with its place, never guessed."""

from __future__ import annotations

import pytest

from app.demo.crm.soql import MalformedQueryError, Query, parse

ID = "00QAB000003LeadAA2"


def test_reads_fields_type_and_ids() -> None:
    text = f"select Id, Name from Lead where Id in ('{ID}', '{ID[:15]}') limit 5"
    assert parse(text) == Query(("Id", "Name"), "Lead", (ID, ID[:15]), 5)


def test_reads_a_single_id_and_no_condition() -> None:
    assert parse(f"SELECT Id FROM Lead WHERE Id='{ID}'").ids == (ID,)
    assert parse("SELECT Id FROM Lead").ids is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT",
        "SELECT FROM Lead",
        "SELECT Id, FROM Lead",
        "SELECT Id FROM Lead WHERE Name = 'x'",
        "SELECT Id FROM Lead WHERE Id IN ()",
        "SELECT Id FROM Lead WHERE Id = 'short'",
        f"SELECT Id FROM Lead WHERE Id = '{ID}' OR Id != null",
        f"SELECT Id FROM Lead WHERE Id = '{ID}' --",
        "SELECT * FROM Lead",
        "SELECT Id FROM Lead; DELETE",
        "SELECT Id FROM Lead LIMIT x",
    ],
)
def test_refuses_everything_else(text: str) -> None:
    with pytest.raises(MalformedQueryError, match="column"):
        parse(text)


def test_refuses_too_many_ids() -> None:
    ids = ",".join(f"'{ID}'" for _ in range(201))
    with pytest.raises(MalformedQueryError, match="200"):
        parse(f"SELECT Id FROM Lead WHERE Id IN ({ids})")
