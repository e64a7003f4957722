"""Records in memory: pages, search that leaks nothing, checks, and edits that survive a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.demo.crm import leads as invented
from app.demo.crm.people import PEOPLE
from app.demo.crm.store import PER_PAGE, Leads

ZOE, SAM, ALEX = PEOPLE["zoe"], PEOPLE["sam"], PEOPLE["alex"]


@pytest.fixture
def leads() -> Leads:
    return Leads(invented.generate())


def test_pages_hold_fifty_and_clamp(leads: Leads) -> None:
    page = leads.page(ZOE)
    assert (len(page.leads), page.pages, page.total) == (PER_PAGE, 4, 200)
    assert leads.page(ZOE, number=99).number == 4
    assert leads.page(ZOE, number=-1).number == 1


def test_viewers_see_what_they_may(leads: Leads) -> None:
    assert 0 < leads.page(SAM).total < 200
    assert leads.page(ALEX).total == 0


def test_search_does_not_tell_what_a_viewer_may_not_see(leads: Leads) -> None:
    first = leads.page(SAM).leads[0]
    revenue = first.values["AnnualRevenue"]
    assert any(lead.id == first.id for lead in leads.page(ZOE, revenue).leads)
    assert all(lead.id != first.id for lead in leads.page(SAM, revenue).leads)


def test_search_is_caseless_and_finds_all_words(leads: Leads) -> None:
    assert [lead.title for lead in leads.page(ZOE, "GROSS-ÜBERACKER jürgen").leads] == ["Jürgen Groß-Überacker"]


def test_finds_by_every_form_of_the_id(leads: Leads) -> None:
    lead = leads.page(ZOE).leads[0]
    assert leads.get(lead.id) == leads.get(lead.id[:15]) == leads.get(lead.external) == lead
    assert leads.get("nothing") is None


def test_values_have_their_types(leads: Leads) -> None:
    lead = leads.page(ZOE).leads[0]
    assert isinstance(leads.value(lead, "NumberOfEmployees"), int)
    assert leads.value(lead, "Id") == lead.id


@pytest.mark.parametrize("text", ["abc", "1e5", "--1", "1.2.3", "٣", "NaN", "1,000", "-", "9" * 20])
def test_numbers_are_checked(leads: Leads, text: str) -> None:
    good, bad = leads.check({"NumberOfEmployees": text})
    assert not good
    assert "number" in bad["NumberOfEmployees"]


def test_unknown_fields_and_long_texts_are_refused(leads: Leads) -> None:
    assert set(leads.check({"Nope": "x", "Title": "x" * 2001, "Company": " ok "})[1]) == {"Nope", "Title"}


def test_update_says_only_what_changed_and_survives(tmp_path: Path) -> None:
    journal = tmp_path / "edits.jsonl"
    leads = Leads(invented.generate(), journal)
    lead = leads.page(ZOE).leads[0]
    changed = leads.update(lead, {"Company": "Neu & Söhne", "Title": lead.values["Title"]})
    assert list(changed) == ["Company"]
    assert lead.values["Company"] != "Neu & Söhne"  # who read before keeps what was read
    with journal.open("a") as file:
        file.write('{"id": "cut sho')  # killed while writing
    again = Leads(invented.generate(), journal).get(lead.id)
    assert again is not None
    assert again.values["Company"] == "Neu & Söhne"
