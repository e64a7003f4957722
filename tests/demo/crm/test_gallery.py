"""The page of all hosts: one seat for each, words where there is no panel, nothing for who may not see the record."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from app.demo.crm import gallery
from app.demo.crm.desk import Desk
from app.demo.crm.people import PEOPLE
from app.hosts import HOSTS


def test_every_host_has_its_seat_and_one_that_does_not_answer_says_so(client: FlaskClient) -> None:
    page = client.get("/hosts?as=zoe").text  # nobody is where Inlay and the library should be
    rows = (*gallery.RECORDS, *gallery.DOCUMENTS)
    assert {row.host for row in rows} == set(HOSTS), "docs/adding-a-host.md: In the demo"
    for row in rows:
        assert f'data-host="{row.host}"' in page
        assert f">{row.title}</h3>" in page
        assert row.how in page
        assert f"Theme: {row.theme}" in page
    assert page.count("<iframe ") + page.count('class="placeholder"') == len(rows)
    assert page.count("Inlay does not answer") == 1
    assert page.count("The library beside this CRM does not answer") == 4


def test_who_may_see_no_record_gets_no_proof_of_one(client: FlaskClient, desk: Desk) -> None:
    lead = desk.leads.page(PEOPLE["zoe"]).leads[0].id
    answer = client.get(f"/hosts/{lead}?as=alex")
    assert answer.status_code == 404
    assert not re.search(r"eyJ[\w-]+\.", answer.text)
    assert client.get("/hosts/nobody?as=zoe").status_code == 404
