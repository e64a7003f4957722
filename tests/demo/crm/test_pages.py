"""The pages: proofs only for what the viewer may see, names as text, saves with and without scripts."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient

from app.demo.crm.desk import Desk
from app.demo.crm.people import PEOPLE

JSON = {"Accept": "application/json"}


def first(desk: Desk, viewer: str = "zoe") -> str:
    return desk.leads.page(PEOPLE[viewer]).leads[0].id


def hidden(desk: Desk) -> str:
    return next(lead.id for lead in desk.leads.page(PEOPLE["zoe"]).leads if not PEOPLE["sam"].may_see_record(lead.id))


def data(page: str, element: str) -> object:
    found = re.search(rf'id="{element}">(.*?)</script>', page, re.DOTALL)
    return json.loads(found[1]) if found else None


def test_list_has_fifty_badges_and_one_proof_for_all(client: FlaskClient) -> None:
    page = client.get("/leads").text
    records = re.findall(r'<inlay-score-badge connection="crm-pages" record="(.*?)">', page)
    proofs = data(page, "inlay-proof")
    assert len(records) == 50
    assert isinstance(proofs, list)
    assert [(each["component"], each["records"]) for each in proofs] == [("score-badge", records)]
    assert page.count("/embed/inlay.js") == 1


def test_names_are_text_not_markup(client: FlaskClient) -> None:
    page = client.get("/leads").text
    assert "&lt;b&gt;Bob&lt;/b&gt; O&#39;Hara" in page
    assert "<b>Bob" not in page


def test_viewer_who_may_see_nothing_gets_no_proof(client: FlaskClient) -> None:
    page = client.get("/leads?as=alex").text
    assert "may see no leads" in page
    assert "inlay-proof" not in page


def test_choice_of_viewer_is_remembered(client: FlaskClient) -> None:
    client.get("/leads?as=sam")
    assert "Sam Carter" in client.get("/columns").text


def test_record_page_launches_two_canvases(client: FlaskClient, desk: Desk) -> None:
    page = client.get(f"/lead/{first(desk)}").text
    for component in ("score-badge", "score-card"):
        instance = f"_:Inlay:{component}:0:canvasapp"
        assert f'name="canvas-frame-{instance}"' in page
        assert f'target="canvas-frame-{instance}"' in page
        assert f'action="{desk.config.inlay}/launch/crm?component={component}"' in page
    proofs = re.findall(r'name="signed_request" value="(.*?)"', page)
    assert len(set(proofs)) == 2


def test_field_security_holds_on_the_page(client: FlaskClient, desk: Desk) -> None:
    lead = desk.leads.page(PEOPLE["sam"]).leads[0]
    page = client.get(f"/lead/{lead.id}?as=sam").text
    assert 'name="AnnualRevenue"' not in page
    assert "may not see: Employees, Annual revenue" in page


def test_hidden_record_shows_nothing_of_itself_but_asks_the_panel(client: FlaskClient, desk: Desk) -> None:
    record = hidden(desk)
    lead = desk.leads.get(record)
    assert lead is not None
    page = client.get(f"/lead/{record}?as=sam").text
    assert "A record that you may not see" in page
    assert lead.values["Company"] not in page
    assert page.count('name="signed_request"') == 2
    for form in ("element", "sandbox", "sandbox-origin"):
        assert "ey" not in re.findall(r'name="token" value="(.*?)"', client.get(f"/lead/{record}?form={form}").text)


@pytest.mark.parametrize(
    ("form", "sandbox", "opaque"),
    [
        ("sandbox", "allow-scripts allow-forms", "true"),
        ("sandbox-origin", "allow-scripts allow-forms allow-same-origin", "false"),
    ],
)
def test_sandboxes(client: FlaskClient, desk: Desk, form: str, sandbox: str, opaque: str) -> None:
    page = client.get(f"/lead/{first(desk)}?form={form}").text
    assert page.count(f'sandbox="{sandbox}"') == 2
    assert page.count(f'data-opaque="{opaque}"') == 2
    assert page.count('name="token"') == 2


def test_element_form_has_a_proof_for_each_component(client: FlaskClient, desk: Desk) -> None:
    proofs = data(client.get(f"/lead/{first(desk)}?form=element").text, "inlay-proof")
    assert isinstance(proofs, list)
    assert [each["component"] for each in proofs] == ["score-badge", "score-card"]


def test_save_by_script_and_by_form(client: FlaskClient, desk: Desk) -> None:
    record = first(desk)
    saved = client.post(f"/lead/{record}", data={"Title": "Tester"}, headers=JSON)
    assert saved.json["changed"] == ["Title"]
    assert client.get(f"/sent/{saved.json['event']}").json["record"] == f"Lead/{record}"
    again = client.post(f"/lead/{record}", data={"Title": "Tester"}, headers=JSON)
    assert (again.json["changed"], again.json["event"]) == ([], "")
    plain = client.post(f"/lead/{record}?form=sandbox", data={"Title": "Other"})
    assert (plain.status_code, plain.location) == (303, f"/lead/{record}?form=sandbox")


def test_wrong_values_are_said_beside_their_field(client: FlaskClient, desk: Desk) -> None:
    url = f"/lead/{first(desk)}"
    by_script = client.post(url, data={"NumberOfEmployees": "many"}, headers=JSON)
    assert by_script.status_code == 422
    assert set(by_script.json["errors"]) == {"NumberOfEmployees"}
    by_form = client.post(url, data={"NumberOfEmployees": "many"})
    assert by_form.status_code == 422
    assert 'value="many"' in by_form.text


def test_fields_that_a_viewer_may_not_see_cannot_be_saved(client: FlaskClient, desk: Desk) -> None:
    lead = desk.leads.page(PEOPLE["sam"]).leads[0]
    client.post(f"/lead/{lead.id}?as=sam", data={"AnnualRevenue": "1"}, headers=JSON)
    now = desk.leads.get(lead.id)
    assert now is not None
    assert now.values["AnnualRevenue"] == lead.values["AnnualRevenue"]
    assert client.post(f"/lead/{hidden(desk)}?as=sam", data={"Title": "x"}).status_code == 403


def test_other_sites_cannot_post(client: FlaskClient, desk: Desk) -> None:
    for path in (f"/lead/{first(desk)}", "/signed-request", "/inlay-token"):
        answer = client.post(path, data={"Title": "x"}, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403


def test_new_proofs_are_for_visible_records_only(client: FlaskClient, desk: Desk) -> None:
    client.get("/leads?as=sam")
    record = hidden(desk)
    assert client.post("/inlay-token", data={"record": f"Lead/{record}"}).status_code == 403
    seen = f"Lead/{first(desk, 'sam')}"
    assert client.post("/inlay-token", data={"record": seen, "component": "score-card"}).json["token"]


def test_fresh_signed_request_keeps_its_instance(client: FlaskClient, desk: Desk) -> None:
    form = {"record": first(desk), "component": "score-card", "instance": "_:Inlay:score-card:0:canvasapp"}
    one, two = (client.post("/signed-request", data=form).json["signed_request"] for _ in range(2))
    assert one != two


def test_pages_are_never_stored_and_may_not_be_framed(client: FlaskClient) -> None:
    answer = client.get("/leads")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_pages_stand_without_the_other_services(client: FlaskClient) -> None:
    assert "not running" in client.get("/").text
    assert "does not answer" in client.get("/columns").text
    assert client.get("/nothing").status_code == 404
    assert client.get("/lead/nothing").status_code == 404


@pytest.mark.parametrize("host", ["evil.example:8001", "127.0.0.1.evil.example", "", "[", "10.0.0.1"])
def test_under_a_strangers_name_nothing_is_shown(client: FlaskClient, host: str) -> None:
    """DNS rebinding: the stranger's page and these leads would be of one origin."""
    answer = client.get("/leads", headers={"Host": host})
    assert answer.status_code in {400, 421}
    assert "eyJ" not in answer.text
    assert client.get("/leads", headers={"Host": "127.0.0.1:8001"}).status_code == 200
