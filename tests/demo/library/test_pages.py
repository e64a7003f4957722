"""The pages: nothing of a document for whom it is not shared with, tokens in forms only, uploads with words."""

from __future__ import annotations

import io
import re

import pytest
from flask.testing import FlaskClient

from app.demo.library.desk import Desk
from app.demo.library.document import Document
from tests.demo.library.conftest import LIBRARY


def hidden(desk: Desk) -> Document:
    return next(each for each in desk.documents.all() if each.confidential)


def shared(desk: Desk, suffix: str = ".pdf") -> Document:
    return next(each for each in desk.documents.all() if not each.confidential and each.suffix == suffix)


def send(client: FlaskClient, path: str, name: str, content: bytes = b"words") -> tuple[int, str]:
    answer = client.post(path, data={"file": (io.BytesIO(content), name)}, headers={"Origin": LIBRARY})
    return answer.status_code, answer.text


def test_the_list_has_a_badge_for_each_document_and_one_loader(client: FlaskClient, desk: Desk) -> None:
    page = client.get("/documents").text
    records = re.findall(r'<inlay-analysis-badge connection="library" record="(.*?)">', page)
    assert records == [each.record for each in desk.documents.all()]
    assert page.count("/embed/inlay.js") == 1
    assert "eyJ" not in page  # the token comes when it is asked for


def test_who_may_not_open_a_document_sees_no_word_of_it(client: FlaskClient, desk: Desk) -> None:
    document = hidden(desk)
    assert document.name not in client.get("/documents?as=sam").text
    for page in (f"/document/{document.id}", f"/word/{document.id}", f"/document/{document.id}?form=element"):
        shown = client.get(f"{page}{'&' if '?' in page else '?'}as=sam")
        assert shown.status_code == 200
        assert document.name not in shown.text
        assert "Museums" not in shown.text
    assert client.get(f"/file/{document.id}/x?as=sam").status_code == 403
    assert send(client, f"/document/{document.id}?as=sam", "x.docx")[0] == 403
    assert client.post(f"/document/{document.id}/amended?as=sam").status_code == 403
    assert "Nothing is shared with Alex" in client.get("/documents?as=alex").text


def test_a_name_that_is_taken_by_a_hidden_document_is_no_way_to_change_it(client: FlaskClient, desk: Desk) -> None:
    document = hidden(desk)
    assert send(client, "/documents?as=sam", document.name)[0] == 422
    assert (desk.documents.get(document.id) or document).version == 1


def test_a_document_stands_beside_its_sidebar(client: FlaskClient, desk: Desk) -> None:
    document = shared(desk)
    page = client.get(f"/document/{document.id}").text
    assert f'action="{desk.config.inlay}/launch/library?component=document-sidebar"' in page
    assert f'name="record" value="{document.record}"' in page
    assert 'id="page-2"' in page
    assert 'class="native"' in page
    assert 'class="native"' not in client.get(f"/document/{document.id}?view=text").text
    element = client.get(f"/document/{document.id}?form=element").text
    assert f'<inlay-document-sidebar connection="library" record="{document.record}">' in element
    assert client.get(f"/document/{document.id}?form=other").status_code == 404
    assert client.get("/document/01NONE").status_code == 404


def test_the_task_pane_has_a_connection_and_a_token_of_its_own(client: FlaskClient, desk: Desk) -> None:
    document = next(each for each in desk.documents.all() if each.suffix == ".docx")
    page = client.get(f"/word/{document.id}").text
    assert f'action="{desk.config.inlay}/launch/word?component=document-sidebar"' in page
    other = re.search(r'name="token" value="(.*?)"', client.get(f"/document/{document.id}").text)
    assert other
    assert other[1] not in page


def test_an_upload_is_a_new_document_or_a_new_version(client: FlaskClient, desk: Desk) -> None:
    assert send(client, "/documents", "Lease.txt")[0] == 303
    assert send(client, "/documents", "Lease.txt", b"other words")[0] == 303
    lease = desk.documents.named("Lease.txt")
    assert lease
    assert (lease.version, lease.by) == (2, "Dana Park")
    assert "Version 2" in client.get(f"/document/{lease.id}").text
    status, words = send(client, f"/document/{lease.id}", "any.txt", b"")
    assert (status, "This file is empty." in words) == (422, True)
    assert "This library takes" in send(client, "/documents", "x.exe")[1]
    assert "Choose a file first." in client.post("/documents", data={}).text


def test_the_other_sides_draft_is_one_click(client: FlaskClient, desk: Desk) -> None:
    document = shared(desk)
    assert "Other side" in client.get(f"/document/{document.id}").text
    assert client.post(f"/document/{document.id}/amended").status_code == 303
    assert "Other side" not in client.get(f"/document/{document.id}").text
    assert (desk.documents.get(document.id) or document).version == 2


def test_a_file_is_served_so_that_nothing_in_it_runs(client: FlaskClient, desk: Desk) -> None:
    send(client, "/documents", "page.html", b"<script>alert(1)</script><p>x")
    document = desk.documents.named("page.html")
    assert document
    answer = client.get(f"/file/{document.id}/page.html")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert "alert" not in client.get(f"/document/{document.id}").text


def test_names_are_text(client: FlaskClient) -> None:
    send(client, "/documents", "a & b.txt", b"<b>bold</b>")
    page = client.get("/documents").text
    assert "a &amp; b.txt" in page


@pytest.mark.parametrize("path", ["/documents", "/busy", "/notifications", "/inlay-token", "/v1.0/$batch"])
def test_forms_of_other_sites_are_refused(client: FlaskClient, path: str) -> None:
    assert client.post(path, headers={"Origin": "https://evil.example"}).status_code == 403


def test_another_name_for_this_machine_is_refused(client: FlaskClient) -> None:
    assert client.get("/documents", headers={"Host": "evil.example"}).status_code == 421


def test_a_busy_api_and_lifecycle_events_by_button(client: FlaskClient, desk: Desk) -> None:
    assert client.post("/busy").status_code == 303
    assert desk.busy_for() > 10
    assert "come back in" in client.get("/notifications").text
    assert client.post("/notifications", data={"event": "missed"}).status_code == 303
    assert client.post("/notifications", data={"event": "other"}).status_code == 400


def test_pages_that_are_there(client: FlaskClient) -> None:
    for path in ("/", "/status", "/look/crm.css", "/look/status.js", "/healthz", "/documents?q=nda"):
        assert client.get(path).status_code == 200, path
    assert client.get("/look/secret").status_code == 404
    assert client.get("/v1.0/nothing").status_code == 401
