"""The invented leads: the same each time, and hard on careless pages."""

from __future__ import annotations

from app.demo.crm import leads


def test_the_same_each_time() -> None:
    assert leads.generate() == leads.generate()
    assert len(leads.generate().rows) == leads.COUNT


def test_hard_names_are_on_the_first_page() -> None:
    first = [row["Name"] for row in list(leads.generate().rows.values())[:50]]
    for part in ("ü", "李", "<b>", "'", "مريم"):
        assert any(part in name for name in first), part
    assert max(map(len, first)) > 60


def test_choices_are_among_the_offered_ones() -> None:
    table = leads.generate()
    for column in table.columns:
        if column.kind == "choice":
            assert {row[column.name] for row in table.rows.values()} <= {"", *column.choices}
