"""The home page: a panel of no record, and a proof of only what its viewer may see."""

from __future__ import annotations

import base64
import html
import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.demo.crm.desk import Desk
from app.demo.crm.people import PEOPLE


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def test_the_frame_is_launched_without_a_record(client: FlaskClient) -> None:
    page = client.get("/today").text
    found = re.search(r'name="signed_request" value="(.*?)"', page)
    assert found
    said = json.loads(base64.b64decode(html.unescape(found[1]).split(".")[1]))
    environment = said["context"]["environment"]
    assert environment["parameters"] == environment["record"] == {}
    assert environment["locationUrl"].endswith("/today")


@pytest.mark.parametrize("viewer", ["zoe", "sam"])
def test_the_element_gets_a_proof_of_what_the_viewer_may_see_with_its_names(
    client: FlaskClient, desk: Desk, viewer: str
) -> None:
    answer = client.post("/inlay-token?as=" + viewer, data={"component": "score-list", "record": "session/records"})
    said = claims(answer.json["token"])  # type: ignore[index]
    assert len(said["record"]) == len(said["names"]) <= 200
    for record in said["record"]:
        key = record.partition("/")[2]
        lead = desk.leads.get(key)
        assert lead is not None
        assert PEOPLE[viewer].may_see_record(key)
        assert said["names"][record] == lead.title


def test_no_proof_is_made_for_who_may_see_nothing(client: FlaskClient) -> None:
    assert "inlay-score-list" not in client.get("/today?form=element&as=alex").text
    answer = client.post("/inlay-token?as=alex", data={"component": "score-list", "record": "session/records"})
    assert answer.status_code == 403
