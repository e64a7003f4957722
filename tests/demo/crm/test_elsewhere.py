"""The same records under the ids and field names of other hosts: each back to its own, and nothing that is hidden."""

from __future__ import annotations

import pytest

from app.demo.crm import elsewhere
from app.demo.crm.desk import Desk
from app.demo.crm.people import PEOPLE
from app.demo.crm.tokens import Identity
from app.hosts.dynamics.ids import is_column, is_table
from app.hosts.dynamics.ids import is_id as is_guid
from app.hosts.servicenow.ids import is_field, is_id
from app.hosts.servicenow.ids import is_table as is_instance_table


def test_every_record_has_an_id_that_the_host_s_own_rules_take_and_that_leads_back(desk: Desk) -> None:
    for key in desk.leads.table.rows:
        digits, dashed = elsewhere.digits(key), elsewhere.dashed(key)
        assert (is_id(digits), is_guid(dashed)) == (True, True)
        assert elsewhere.key_of(digits) == elsewhere.key_of(dashed) == key
    assert all(is_field(name) and is_column(name) for name in map(elsewhere.field, desk.leads.columns))
    assert (is_instance_table(elsewhere.INSTANCE_TABLE), is_table(elsewhere.ENVIRONMENT_TABLE)) == (True, True)


@pytest.mark.parametrize("text", ["", "00", "zz" * 16, "ff" * 16, "0" * 32, "41" * 15])
def test_what_is_no_id_leads_to_no_record(desk: Desk, text: str) -> None:
    assert elsewhere.found(desk, Identity(None), [text]) == {}


def test_hidden_records_are_not_found_and_hidden_fields_are_empty(desk: Desk) -> None:
    sam, app = Identity(PEOPLE["sam"]), Identity(None)
    ids = [elsewhere.digits(key) for key in desk.leads.table.rows]
    seen = elsewhere.found(desk, sam, ids)
    assert 0 < len(seen) < len(elsewhere.found(desk, app, ids)) == len(ids)
    lead = next(lead for lead in seen.values() if lead.values["AnnualRevenue"])
    names = ["company", "annualrevenue", "nonsense"]
    assert elsewhere.values(desk, sam, lead, names) == {"company": lead.values["Company"], "annualrevenue": None}
    assert elsewhere.values(desk, app, lead, names)["annualrevenue"] == int(lead.values["AnnualRevenue"])
