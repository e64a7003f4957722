"""What a signed request means: the viewer, the record and its type, the API address, and its single use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.errors import LaunchRefused
from app.hosts.salesforce.launch import verify
from app.launch import Attest, Launch
from tests.hosts._proofs import CLOCK, CanvasBuilder, canvas

PAGE = "https://acme.lightning.force.com/lightning/r"
PARAMETERS, RECORD = "context.environment.parameters", "context.environment.record"
LOCATION = "context.environment.locationUrl"
LEAD, CONTACT = "00QAB000003LeadAA2", "003AB000003ContAA2"
CASE, DEAL = "500AB000003CaseAA2", "a0XAB000003DealAA2"


def launched(builder: Any) -> Launch:
    return verify(builder.asked(records=()).attempt().request(), builder.connection, builder.keys)


def test_a_good_launch() -> None:
    launch = launched(canvas())
    assert (launch.viewer.subject, launch.viewer.name) == ("005AB000001ZzZzYAK", "Zoë 李")
    assert (launch.viewer.locale, launch.viewer.timezone) == ("de_DE", "Europe/Berlin")
    assert launch.attests == {Attest.VIEWER}
    assert launch.host_token == "00DAB0000000001!AQ.example"
    assert launch.host_url == "https://acme.my.salesforce.com"
    assert launch.bridge == {"instance": "_:AI_Panels:12:0:canvasapp"}
    assert launch.used_until == CLOCK + 25 * 3600


def test_one_statement_has_one_key_however_it_is_spelt() -> None:
    """Else a used proof would be a fresh one after a change of its signature's alphabet or padding."""
    proof = canvas().proof()
    signature, _, payload = proof.partition(".")
    spellings = {proof, f"{signature.rstrip('=')}.{payload}", f"{signature.replace('/', '_')}.{payload}"}
    assert len(spellings) == 3
    keys = {verify(canvas().raw(each).request(), canvas().connection, canvas().keys).used_key for each in spellings}
    assert len(keys) == 1
    assert launched(canvas().said("issuedAt", 7)).used_key not in keys


@pytest.mark.parametrize(
    ("parameters", "record", "location", "expected"),
    [
        # the parameter before the page's record before the address
        ({"recordId": LEAD}, {"Id": CONTACT}, f"/Case/{CASE}/view", f"Lead/{LEAD}"),
        ({}, {"Id": CONTACT}, f"/Case/{CASE}/view", f"Contact/{CONTACT}"),
        ({}, {}, f"/Case/{CASE}/view", f"Case/{CASE}"),
        ({}, {}, f"/{CASE}/view", f"Case/{CASE}"),
        # 15 characters become 18
        ({"recordId": LEAD[:15]}, {}, "", f"Lead/{LEAD[:15]}2AC"),
        # a standard prefix outweighs what the page says
        ({"recordId": LEAD, "sObjectName": "Account"}, {}, f"/Account/{LEAD}/view", f"Lead/{LEAD}"),
        # other types come from whatever speaks of this very record
        ({"recordId": DEAL}, {}, f"/Deal__c/{DEAL}/view", f"Deal__c/{DEAL}"),
        ({"recordId": DEAL}, {"Id": DEAL, "attributes": {"type": "Deal__c"}}, "", f"Deal__c/{DEAL}"),
        ({"recordId": DEAL, "sObjectName": "Deal__c"}, {}, f"/Case/{CASE}/view", f"Deal__c/{DEAL}"),
    ],
)
def test_record_and_type(parameters: dict[str, str], record: dict[str, Any], location: str, expected: str) -> None:
    builder = canvas().said(PARAMETERS, parameters).said(RECORD, record).said(LOCATION, PAGE + location)
    assert [str(each) for each in launched(builder).records] == [expected]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("sObjectName", "Deal__c; DROP", "record-type-unknown"),
        ("recordId", "00QAB000003LeadAA2/../x", "claim-wrong:recordId"),
        ("recordId", {"$ne": 1}, "claim-wrong:recordId"),
    ],
)
def test_only_names_that_the_api_could_have_written(name: str, value: Any, reason: str) -> None:
    parameters = {"recordId": "a0XAB000003DealAA2", name: value}
    with pytest.raises(LaunchRefused) as refusal:
        launched(canvas().said(PARAMETERS, parameters))
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("given", "configured", "taken"),
    [
        ("https://acme.my.salesforce.com", "https://acme.my.salesforce.com", True),
        ("https://acme.my.salesforce.com/", "https://acme.my.salesforce.com", True),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001", True),
        ("https://acme.my.salesforce.com", "", True),
        ("https://acme--dev.sandbox.my.salesforce.com", "", True),
        ("https://other.my.salesforce.com", "https://acme.my.salesforce.com", False),
        ("https://acme.my.salesforce.com.evil.example", "", False),
        ("https://evil.example/.my.salesforce.com", "", False),
        ("https://evil.example?.my.salesforce.com", "", False),
        ("https://me@evil.example#.my.salesforce.com", "", False),
        ("https://acme.my.salesforce.com:8443", "", False),
        ("http://acme.my.salesforce.com", "", False),
        ("acme.my.salesforce.com", "", False),
        ("http://169.254.169.254", "", False),
    ],
)
def test_the_api_address(given: str, configured: str, taken: bool) -> None:
    builder: CanvasBuilder = canvas().said("client.instanceUrl", given)
    builder = replace(builder, connection=replace(builder.connection, host_url=configured))
    if taken:
        assert launched(builder).host_url == given.rstrip("/")
    else:
        with pytest.raises(LaunchRefused) as refusal:
            launched(builder)
        assert refusal.value.reason == "instance-refused"


def test_display_values_that_are_odd_are_left_out() -> None:
    user = "context.user."
    odd = canvas().said(user + "fullName", None).said(user + "locale", "en_US_EURO!").said(user + "timeZone", 7)
    viewer = launched(odd).viewer
    assert (viewer.name, viewer.locale, viewer.timezone) == ("zoe@acme.example", "en", "UTC")


def test_an_organisation_is_pinned_only_when_the_connection_says_so() -> None:
    free = replace(canvas(), connection=replace(canvas().connection, issuer=""))
    assert launched(free.said("issuer", None)).viewer
    pinned = replace(canvas(), connection=replace(canvas().connection, issuer="00DAB0000000001"))
    assert launched(pinned).viewer  # 15 characters name the same organisation as 18


def test_an_unknown_claim_may_be_as_deep_as_it_likes() -> None:
    """It is named by its path down to where claims are declared, and not followed further."""
    deep: dict[str, Any] = {}
    for _ in range(400):
        deep = {"x": deep}
    assert launched(canvas().said("surprise", deep)).unknown_claims == ("surprise.x.x",)
