"""Events as an org sends them: which records they name, and nothing else of what they carry."""

from __future__ import annotations

import json

import pytest

from app.errors import BadRequest
from app.hosts.salesforce.events import ACK, CALLOUT, MESSAGE, read_callout, read_message
from tests.hosts.salesforce.messages import ORG, message, notification

LEAD = "00QAB000003Lead2AC"


def test_a_message_names_its_org_and_each_record_with_its_notifications_name() -> None:
    said = read_message(
        message(notification("04lAB0000000001AAA", LEAD[:15]), notification("04lAB0000000002AAA", LEAD))
    )
    assert said.organisation == ORG
    assert [(name, str(record)) for name, record in said.records] == [
        ("04lAB0000000001AAA", f"Lead/{LEAD}"),  # an id of 15 characters is the record of the one of 18
        ("04lAB0000000002AAA", f"Lead/{LEAD}"),
    ]


def test_a_record_that_was_deleted_meanwhile_is_told_without_data() -> None:
    assert read_message(message(notification("04lAB0000000001AAA", ""))).records == ()


def test_its_answer_is_the_acknowledgement_of_the_schema() -> None:
    assert b"http://soap.sforce.com/2005/09/outbound" in ACK
    assert b"<Ack>true</Ack>" in ACK
    assert MESSAGE.answer == ACK


GOOD = notification("04lAB0000000001AAA", LEAD)
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "00QAB000003LeadAA2">]>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<x/>",
        b"\xff\xfe",
        message(),  # no notification
        message(*[GOOD] * 101),
        message(GOOD, org="Acme"),
        message(notification("1", LEAD)),
        message(notification("04lAB0000000001AAA", "../../etc")),
        message(notification("04lAB0000000001AAA", LEAD, kind="Le'ad")),
        message(GOOD).replace(b"soap/envelope/", b"soap/other/"),
        message(GOOD).replace(b"</soapenv:Body>", b""),
        ENTITY + message(GOOD).partition(b"?>")[2],
        ENTITY + message(GOOD).partition(b"?>")[2].replace(LEAD.encode(), b"&a;"),
        b"<a>" * 5_000 + b"</a>" * 5_000,
    ],
)
def test_anything_else_is_no_message(body: bytes) -> None:
    with pytest.raises(BadRequest) as refused:
        read_message(body)
    assert refused.value.reason == "event-malformed"


def test_no_file_is_read_for_it() -> None:
    body = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
        + message(notification("04lAB0000000001AAA", "&a;")).partition(b"?>")[2]
    )
    with pytest.raises(BadRequest):
        read_message(body)


def test_a_callout_names_its_org_and_records() -> None:
    said = read_callout(json.dumps({"organization": ORG, "records": [f"Lead/{LEAD[:15]}", f"Lead/{LEAD}"]}).encode())
    assert (said.organisation, [str(record) for _, record in said.records]) == (ORG, [f"Lead/{LEAD}"] * 2)


@pytest.mark.parametrize(
    "said",
    [
        {},
        [],
        {"organization": ORG},
        {"organization": ORG, "records": []},
        {"organization": ORG, "records": "Lead/00QAB000003Lead2AC"},
        {"organization": ORG, "records": ["Lead"]},
        {"organization": ORG, "records": ["Lead/1"]},
        {"organization": ORG, "records": ["Lead/x/y"]},
        {"organization": ORG, "records": [7]},
        {"organization": "x", "records": [f"Lead/{LEAD}"]},
        {"organization": ORG, "records": [f"Lead/00QAB00000{n:05}" for n in range(201)]},
    ],
)
def test_anything_else_is_no_callout(said: object) -> None:
    with pytest.raises(BadRequest):
        read_callout(json.dumps(said).encode())
    assert CALLOUT.answer == b""
