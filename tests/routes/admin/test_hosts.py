"""A host is added in a page: every host can be, no secret is shown, and nobody but an operator may."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from typing import Any

import pytest

from app.admins import Role
from app.hosts import HOSTS
from tests.cli.written import written
from tests.hosts.answers import ANSWERS, SECRET
from tests.routes.admin._browser import AdminPages, words
from tests.world import World

PATH = "/admin/hosts/add"


@pytest.fixture(scope="module")
def ada(shared: World) -> AdminPages:
    shared.parts.revisions.publish(written(shared).read_text(), "start", "file")
    return AdminPages(shared)


def form_of(answer: Any) -> dict[str, Any]:
    """What a browser would send back of the sheet."""
    text = answer.text.partition('id="add"')[2].partition("</form>")[0]
    form: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", text):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag)) | {"checked": " checked" in tag}
        if said.get("type") in ("checkbox", "radio") and not said["checked"]:
            continue
        value = unescape(str(said.get("value", "")))
        form[str(said["name"])] = [*form.get(str(said["name"]), []), value]
    return form


def test_all_hosts_are_to_choose_from(ada: AdminPages) -> None:
    text = ada.get(PATH).text
    assert set(re.findall(r'href="/admin/hosts/add/(\w+)"', text)) == set(HOSTS)
    assert ada.get(f"{PATH}/nobody").status_code == 404


@pytest.mark.parametrize("host", HOSTS)
def test_every_host_goes_from_questions_to_publication(ada: AdminPages, shared: World, host: str) -> None:
    form = form_of(ada.get(f"{PATH}/{host}"))
    form |= {name: value for name, value in ANSWERS[host].items() if value} | {"name": f"added-{host}"}
    asked = ada.post(f"{PATH}/{host}", form)
    assert asked.status_code == 200, words(asked)
    offered = {each.name for each in HOSTS[host].setup.questions if each.offer}  # type: ignore[union-attr]
    assert (SECRET in asked.text) is any(ANSWERS[host][name] == SECRET for name in offered)
    assert "3. At the host" in words(asked)
    again = form_of(asked)
    names = [unescape(each) for each in re.findall(r'<button form="add" name="package" value="([^"]+)"', asked.text)]
    for name in names:
        package = ada.post(f"{PATH}/{host}", again | {"package": name})
        assert package.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        if name.endswith((".zip", ".sppkg")):
            assert zipfile.ZipFile(io.BytesIO(package.data)).testzip() is None
    assert names
    assert len(shared.audited("package.given")) >= len(names)
    published = ada.post(f"{PATH}/{host}", again | {"publish": "yes"})
    assert (published.status_code, published.location) == (303, f"/admin/connections/added-{host}/arrival")
    newest = shared.parts.revisions.newest()
    assert newest is not None
    assert f"[connections.added-{host}]" in newest.text
    assert SECRET not in newest.text


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(ada: AdminPages, shared: World) -> None:
    form = form_of(ada.get(f"{PATH}/salesforce"))
    typed = {"host_url": '"><script>x', "client_id": "3MVG9key-of-the-app", "client_secret": SECRET}
    refused = ada.post(f"{PATH}/salesforce", form | typed)
    assert refused.status_code == 422
    field = re.search(r'<input id="host_url"[^>]*>', refused.text)
    assert field is not None
    assert 'aria-invalid="true" aria-describedby="wrong-host_url' in field[0]
    assert re.search(r'id="wrong-host_url">[^<]*is no', refused.text)
    assert "<script>x" not in refused.text
    assert SECRET not in refused.text
    again = form_of(refused)
    assert again["client_id"] == ["3MVG9key-of-the-app"]
    mended = ada.post(f"{PATH}/salesforce", again | {"host_url": "globex.my.salesforce.com"})
    assert mended.status_code == 200
    assert "Publish" in mended.text
    assert (shared.folder / "secrets/globex_client_secret").read_text() == SECRET


def test_what_was_not_shown_is_not_published(ada: AdminPages, shared: World) -> None:
    before = shared.parts.revisions.newest()
    form = form_of(ada.get(f"{PATH}/servicenow")) | {"host_url": "unseen.service-now.com", "publish": "yes"}
    assert ada.post(f"{PATH}/servicenow", form).status_code == 200
    assert shared.parts.revisions.newest() == before


def test_only_who_runs_the_deployment_may(ada: AdminPages, shared: World) -> None:
    for role, names in ((Role.CONNECTION_ADMIN, ()), (Role.OPERATOR, ("acme",)), (Role.DESIGNER, ())):
        other = AdminPages(shared, role, names)
        for answer in (other.get(PATH), other.get(f"{PATH}/guest"), other.post(f"{PATH}/guest", {})):
            assert answer.status_code == 403
        assert PATH not in other.get("/admin").text
