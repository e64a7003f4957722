"""The setup page, where things go wrong on purpose; and what a record's AI fields hold, with who changed them."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.demo.crm.ai import AI_COLUMNS, WRITES
from app.demo.crm.desk import Desk
from app.demo.crm.trouble import KINDS
from tests.demo.crm.test_pages import first, hidden


def test_each_trouble_is_switched_on_and_off(client: FlaskClient, desk: Desk) -> None:
    page = client.get("/setup").text
    assert all(kind.title in page for kind in KINDS.values())
    assert client.post("/setup", data={"kind": "rule", "on": "on"}).status_code == 303
    assert desk.trouble.on() == {"rule"}
    assert "switch off" in client.get("/setup").text
    client.post("/setup", data={"kind": "rule", "on": "off"})
    assert desk.trouble.on() == set()
    assert client.post("/setup", data={"kind": "flood", "on": "on"}).status_code == 404


def test_the_ai_fields_are_on_every_record_and_can_be_edited_by_hand(client: FlaskClient, desk: Desk) -> None:
    key = first(desk)
    page = client.get(f"/lead/{key}").text
    assert all(column.label in page for column in AI_COLUMNS)
    client.post(f"/lead/{key}", data={"AI_Override__c": "35"}, headers={"Accept": "application/json"})
    told = client.get(f"/lead/{key}/ai").json
    assert told["values"]["AI_Override__c"] == "35"
    assert [(each["field"], each["was"], each["is"]) for each in told["history"]] == [("Override", "", "35")]
    assert told["history"][0]["by"]


def test_who_may_not_see_the_record_is_told_nothing(client: FlaskClient, desk: Desk) -> None:
    assert client.get(f"/lead/{hidden(desk)}/ai?as=sam").status_code == 404


def test_what_is_written_are_fields_that_are_there() -> None:
    assert {*WRITES.values()} == {column.name for column in AI_COLUMNS}
