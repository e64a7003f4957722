"""Signer and verifier were written apart: the simulated CRM's launches and calls hold against the host."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.config import ConnectionSettings, Secret
from app.demo.crm import signed
from app.demo.crm.desk import Desk
from app.demo.crm.people import ORGANIZATION_ID, PEOPLE
from app.errors import HostUnavailable, SessionExpired
from app.hosts._oauth import IntegrationTokens
from app.hosts.salesforce import SALESFORCE as HOST
from app.launch import Launch, LaunchRequest, Record
from tests.hosts._door import ScriptedDoor
from tests.hosts._proofs import CLOCK, FixedKeys, canvas
from tests.hosts.conftest import CRM, Call

INLAY = "http://localhost:8000"


@pytest.fixture
def connection(desk: Desk) -> ConnectionSettings:
    return replace(
        canvas().connection,
        origins=(CRM,),
        issuer=ORGANIZATION_ID,
        host_url=CRM,
        secrets=(Secret(desk.config.key("consumer_secret")),),
        token_url=f"{CRM}/services/oauth2/token",
        client_id=desk.client_id,
        client_secret=Secret(desk.client_secret),
    )


def launched(desk: Desk, connection: ConnectionSettings, who: str, record: str) -> Launch:
    person = PEOPLE[who]
    said = signed.payload(
        person,
        record,
        "score-badge",
        origin=CRM,
        token=desk.tokens.issue(person),
        canvas_url=f"{INLAY}/launch/crm",
    )
    proof = signed.sign(said, desk.config.key("consumer_secret"))
    return HOST.verify(LaunchRequest(proof, "score-badge", now=CLOCK), connection, FixedKeys())


@pytest.mark.parametrize("who", PEOPLE)
def test_a_launch_and_what_its_viewer_may_see(who: str, desk: Desk, call: Call, connection: ConnectionSettings) -> None:
    person = PEOPLE[who]
    leads = [lead.id for lead in desk.leads.page(PEOPLE["zoe"]).leads]
    fields = list(desk.leads.columns)
    launch = launched(desk, connection, who, leads[0])
    assert (launch.viewer.subject, launch.viewer.name, launch.unknown_claims) == (
        person.user_id,
        person.name,
        (),
    )
    records = [Record("Lead", each) for each in leads]
    for asked in (records[:1], records):
        access = HOST.check_access(call, connection, CRM, launch.host_token or "", asked, fields)
        assert {each.id for each in asked if access[each].allowed} == {
            each.id for each in asked if person.may_see_record(each.id)
        }
        shown = {name for name in fields if person.may_see_field(name)}
        assert all(answer.visible_fields == shown for answer in access.values() if answer.allowed)


def test_a_revoked_token_ends_the_session(desk: Desk, call: Call, connection: ConnectionSettings) -> None:
    lead = desk.leads.page(PEOPLE["zoe"]).leads[0].id
    launch = launched(desk, connection, "zoe", lead)
    desk.tokens.revoke(launch.host_token or "")
    with pytest.raises(SessionExpired):
        HOST.check_access(call, connection, CRM, launch.host_token or "", launch.records, [])


def test_the_integration_identity_reads_records(desk: Desk, call: Call, connection: ConnectionSettings) -> None:
    tokens = IntegrationTokens(ScriptedDoor(call))
    records = [Record("Lead", lead.id) for lead in desk.leads.page(PEOPLE["zoe"]).leads]
    columns = list(desk.leads.columns)[:5]
    rows = HOST.read_records(call, connection, tokens.get(connection), records, columns)
    assert rows.keys() == set(records)
    assert all(list(row) == columns for row in rows.values())
    with pytest.raises(HostUnavailable) as unknown:
        HOST.read_records(call, connection, tokens.get(connection), records, ["NoSuchField"])
    assert unknown.value.reason == "field-unknown:NoSuchField"
