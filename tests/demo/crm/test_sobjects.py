"""Rows are written as Salesforce writes them: the lock, the describe, and what goes wrong when it is switched on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.demo.crm.desk import Desk
from app.demo.crm.store import Lead
from app.demo.crm.trouble import KINDS
from tests.demo.crm.test_rest import DATA, bearer


def first(desk: Desk) -> Lead:
    lead = desk.leads.get(next(iter(desk.leads.table.rows)))
    assert lead is not None
    return lead


def patch(client: FlaskClient, desk: Desk, since: datetime | None = None, **values: Any) -> Any:
    headers = bearer(desk, None) | ({"If-Unmodified-Since": format_datetime(since, usegmt=True)} if since else {})
    return client.patch(f"{DATA}/sobjects/Lead/{first(desk).id}", json=values, headers=headers)


def test_the_lock_holds_by_the_second(client: FlaskClient, desk: Desk) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    assert patch(client, desk, now, AI_Score__c=61).status_code == 204
    refused = patch(client, desk, now - timedelta(seconds=5), AI_Score__c=62)
    assert (refused.status_code, refused.json[0]["errorCode"]) == (412, "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE")
    assert desk.leads.value(first(desk), "AI_Score__c") == 61
    assert patch(client, desk, None, AI_Score__c=63).status_code == 204
    headers = bearer(desk, None) | {"If-Unmodified-Since": "yesterday"}
    url = f"{DATA}/sobjects/Lead/{first(desk).id}"
    assert client.patch(url, json={}, headers=headers).status_code == 400


def test_when_it_was_changed_can_be_read(client: FlaskClient, desk: Desk) -> None:
    url = f"{DATA}/sobjects/Lead/{first(desk).id}?fields=AI_Score__c,LastModifiedDate"
    before = client.get(url, headers=bearer(desk, None)).json["LastModifiedDate"]
    patch(client, desk, AI_Score__c=61)
    after = client.get(url, headers=bearer(desk, None)).json
    assert after["AI_Score__c"] == 61
    assert datetime.fromisoformat(before) < datetime.fromisoformat(after["LastModifiedDate"])


@pytest.mark.parametrize("kind", [name for name, each in KINDS.items() if each.status])
def test_what_is_switched_on_is_refused_to_the_integration_user_only(
    client: FlaskClient, desk: Desk, kind: str
) -> None:
    desk.trouble.put(kind, on=True)
    answer = patch(client, desk, AI_Score__c=61)
    assert (answer.status_code, answer.json[0]["errorCode"]) == (KINDS[kind].status, KINDS[kind].code)
    assert ("Retry-After" in answer.headers) == (kind == "throttled")
    desk.trouble.put(kind, on=False)
    assert patch(client, desk, AI_Score__c=61).status_code == 204


def test_somebody_who_is_faster_gives_up_after_three(client: FlaskClient, desk: Desk) -> None:
    desk.trouble.put("busy", on=True)
    past = datetime.now(UTC) - timedelta(seconds=2)
    assert [patch(client, desk, past, AI_Score__c=61).status_code for _ in range(3)] == [412] * 3
    assert patch(client, desk, datetime.now(UTC), AI_Score__c=61).status_code == 204


def test_a_lost_answer_is_of_a_write_that_was_made(
    client: FlaskClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.demo.crm.sobjects.LOST_S", 0.0)
    desk.trouble.put("lost", on=True)
    assert patch(client, desk, AI_Score__c=61).status_code == 503
    assert desk.leads.value(first(desk), "AI_Score__c") == 61


def test_the_type_says_what_the_integration_user_may_edit(client: FlaskClient, desk: Desk) -> None:
    def fields() -> dict[str, bool]:
        answer = client.get(f"{DATA}/sobjects/Lead/describe", headers=bearer(desk, None))
        return {each["name"]: each["updateable"] for each in answer.json["fields"]}

    assert fields()["AI_Score__c"]
    desk.trouble.put("permission", on=True)
    assert not fields()["AI_Score__c"]
