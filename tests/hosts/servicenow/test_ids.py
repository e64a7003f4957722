"""What may enter a query."""

from __future__ import annotations

import pytest

from app.hosts.servicenow.ids import is_field, is_id, is_table

ID = "6816f79cc0a8016401c5a33be04be441"


@pytest.mark.parametrize("text", [ID.upper(), ID[:-1], ID + "0", f"{ID}\n", f"{ID},{ID}", "", None, 7, f"{ID[:-2]}^O"])
def test_what_is_no_id(text: object) -> None:
    assert is_id(ID)
    assert not is_id(text)


@pytest.mark.parametrize("text", ["Incident", "incident/x", "incident?x", "incident^active", "", "_x", "x" * 81, None])
def test_what_is_no_table(text: object) -> None:
    assert is_table("incident")
    assert is_table("x_acme_lead")
    assert not is_table(text)


@pytest.mark.parametrize("text", ["priority,active", "a..b", ".a", "a.", "a.b.c.d.e", "Priority", "a^b", "", None])
def test_what_is_no_field(text: object) -> None:
    assert is_field("priority")
    assert is_field("caller_id.department.name")
    assert not is_field(text)
