"""The REST side behaves as Salesforce's: sharing, field-level security, dead tokens, the shape of errors."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.demo.crm.desk import Desk
from app.demo.crm.people import PEOPLE, Person
from app.demo.crm.store import Lead

DATA = "/services/data/v68.0"


def bearer(desk: Desk, person: Person | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {desk.tokens.issue(person)}"}


def seen_by_sam(desk: Desk) -> Lead:
    return desk.leads.page(PEOPLE["sam"]).leads[0]


def hidden_from_sam(desk: Desk) -> Lead:
    return next(lead for lead in desk.leads.page(PEOPLE["zoe"]).leads if not PEOPLE["sam"].may_see_record(lead.id))


def test_client_credentials_by_form_and_by_basic(client: FlaskClient, desk: Desk) -> None:
    form = {"grant_type": "client_credentials"}
    credentials = {"client_id": desk.client_id, "client_secret": desk.client_secret}
    by_form = client.post("/services/oauth2/token", data=form | credentials)
    by_basic = client.post("/services/oauth2/token", data=form, auth=(desk.client_id, desk.client_secret))
    for answer in (by_form, by_basic):
        assert answer.status_code == 200
        assert answer.json["instance_url"] == desk.config.origin
        assert answer.headers["Cache-Control"] == "no-store"
        assert desk.tokens.read(answer.json["access_token"]).person is None


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_wrong_clients_get_no_token(
    client: FlaskClient, desk: Desk, change: dict[str, str], status: int, error: str
) -> None:
    good = {
        "grant_type": "client_credentials",
        "client_id": desk.client_id,
        "client_secret": desk.client_secret,
    }
    answer = client.post("/services/oauth2/token", data=good | change)
    assert (answer.status_code, answer.json["error"]) == (status, error)


def test_userinfo_names_the_user(client: FlaskClient, desk: Desk) -> None:
    answer = client.get("/services/oauth2/userinfo", headers=bearer(desk, PEOPLE["sam"]))
    assert answer.json["user_id"] == PEOPLE["sam"].user_id
    assert client.get("/services/oauth2/userinfo").status_code == 403


def test_required_fields_fail_and_optional_ones_are_left_out(client: FlaskClient, desk: Desk) -> None:
    lead, sam = seen_by_sam(desk), bearer(desk, PEOPLE["sam"])
    url = f"{DATA}/ui-api/records/{lead.id}"
    answer = client.get(f"{url}?fields=Lead.Name&optionalFields=Lead.AnnualRevenue,Lead.Title", headers=sam)
    assert set(answer.json["fields"]) == {"Name", "Title"}
    assert answer.json["fields"]["Name"]["value"] == lead.title
    refused = client.get(f"{url}?fields=Lead.AnnualRevenue", headers=sam)
    assert (refused.status_code, refused.json[0]["errorCode"]) == (400, "INVALID_FIELD")
    everything = client.get(f"{url}?fields=Lead.AnnualRevenue", headers=bearer(desk, PEOPLE["zoe"]))
    assert everything.status_code == 200


def test_hidden_and_absent_records_look_the_same(client: FlaskClient, desk: Desk) -> None:
    sam = bearer(desk, PEOPLE["sam"])
    answers = [
        client.get(f"{DATA}/ui-api/records/{record}?fields=Lead.Name", headers=sam)
        for record in (hidden_from_sam(desk).id, "00Q000000000000AAA", "nonsense")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.get_data() for answer in answers}) == 1


@pytest.mark.parametrize("path", ["ui-api/records/00Q000000000000AAA?fields=Lead.Name", "query?q=x", "sobjects/Lead/1"])
def test_dead_tokens(client: FlaskClient, desk: Desk, path: str) -> None:
    token = desk.tokens.issue(PEOPLE["zoe"])
    client.post("/services/oauth2/revoke", data={"token": token})
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": f"Bearer {token}"}):
        answer = client.get(f"{DATA}/{path}", headers=headers)
        assert (answer.status_code, answer.json[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_batch_answers_each_in_its_place(client: FlaskClient, desk: Desk) -> None:
    seen, hidden = seen_by_sam(desk), hidden_from_sam(desk)
    url = f"{DATA}/ui-api/records/batch/{hidden.id},{seen.id}?optionalFields=Lead.Name"
    answer = client.get(url, headers=bearer(desk, PEOPLE["sam"])).json
    assert answer["hasErrors"] is True
    assert [each["statusCode"] for each in answer["results"]] == [404, 200]
    assert answer["results"][1]["result"]["id"] == seen.id


def test_query_reads_many_at_once(client: FlaskClient, desk: Desk) -> None:
    ids = [lead.id for lead in desk.leads.page(PEOPLE["zoe"]).leads]
    quoted = ",".join(f"'{each}'" for each in [*ids, "00Q000000000000AAA"])
    query = f"SELECT Id, AnnualRevenue, Title FROM Lead WHERE Id IN ({quoted})"
    answer = client.get(f"{DATA}/query", query_string={"q": query}, headers=bearer(desk, None)).json
    assert (answer["totalSize"], answer["done"]) == (50, True)
    assert [row["Id"] for row in answer["records"]] == ids
    assert answer["records"][0]["attributes"]["type"] == "Lead"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT Id FROM Lead WHERE x", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account", "INVALID_TYPE"),
        ("SELECT Nope FROM Lead", "INVALID_FIELD"),
    ],
)
def test_query_errors_have_their_shape(client: FlaskClient, desk: Desk, query: str, code: str) -> None:
    answer = client.get(f"{DATA}/query", query_string={"q": query}, headers=bearer(desk, None))
    assert (answer.status_code, answer.json[0]["errorCode"]) == (400, code)
    assert answer.json[0]["message"]


def test_rows_can_be_patched_within_rights(client: FlaskClient, desk: Desk) -> None:
    lead = seen_by_sam(desk)
    url, sam = f"{DATA}/sobjects/Lead/{lead.id}", bearer(desk, PEOPLE["sam"])
    assert client.patch(url, json={"Title": "Chief Tester"}, headers=sam).status_code == 204
    assert client.get(f"{url}?fields=Title", headers=sam).json["Title"] == "Chief Tester"
    assert client.patch(url, json={"AnnualRevenue": 1}, headers=sam).status_code == 400
    assert client.patch(url, json=["x"], headers=sam).json[0]["errorCode"] == "JSON_PARSER_ERROR"
    zoe = bearer(desk, PEOPLE["zoe"])
    assert client.patch(url, json={"AnnualRevenue": "much"}, headers=zoe).status_code == 400
    assert "AnnualRevenue" not in client.get(url, headers=sam).json


def test_unknown_paths_answer_in_the_same_shape(client: FlaskClient) -> None:
    assert client.get(f"{DATA}/nothing").json[0]["errorCode"] == "NOT_FOUND"
