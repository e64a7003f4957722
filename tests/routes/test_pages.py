"""Pages around a panel: only those that the connection's host has, for its own components, under their own policy."""

from __future__ import annotations

import json
import re

import pytest

from app.hosts import HOSTS
from tests.hosts._proofs import PAGE
from tests.world import World, connections
from tests.world import world as make_world

ADDRESSES = ("/pages/acme/pane", "/pages/nobody/pane", "/pages/office/tab", "/pages/office/pane?component=other-panel")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> World:
    with make_world(tmp_path_factory.mktemp("world"), connections=connections("https://graph.example")) as made:
        yield made


def policy(answer: object) -> dict[str, str]:
    said = answer.headers["Content-Security-Policy"]  # type: ignore[attr-defined]
    assert "unsafe" not in said
    return dict(each.partition(" ")[::2] for each in said.split("; "))


def test_the_pane_lets_the_vendor_s_library_in_and_nothing_else(stage: World) -> None:
    answer = stage.client.get("/pages/office/pane")
    said = policy(answer)
    nonce = re.search(r"'nonce-([\w-]+)'", said["script-src"])
    assert nonce
    assert said["script-src"] == f"'nonce-{nonce[1]}' https://appsforoffice.microsoft.com"
    assert said["frame-src"] == "https://inlay.example.com"
    assert said["connect-src"] == "'none'"
    assert said["frame-ancestors"].startswith(f"{PAGE} ")
    assert "https://*.officeapps.live.com" in said["frame-ancestors"]
    assert (
        f'<script src="https://appsforoffice.microsoft.com/lib/1/hosted/office.js" nonce="{nonce[1]}">' in answer.text
    )
    assert answer.text.count("<script nonce=") == 1
    assert "inlay-locate" in answer.text  # word.js is in it
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_tab_s_page_is_framed_by_the_connection_s_origins_only(stage: World) -> None:
    said = policy(stage.client.get("/pages/teams/tab?component=score-card"))
    assert said["frame-ancestors"] == f"{PAGE} https://contoso-my.sharepoint.com"
    assert "https://res.cdn.office.net" in said["script-src"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_there_is_not(stage: World, address: str) -> None:
    assert stage.client.get(address).status_code == 404


PROOF = 'x.y"</script><script>alert(1)</script>'


@pytest.mark.parametrize("host", [name for name, host in HOSTS.items() if any(p.posted for p in host.pages.values())])
def test_a_proof_that_a_host_posts_is_handed_to_its_panel_as_it_came_and_believed_by_nobody(
    stage: World, host: str
) -> None:
    name, page = next((name, page) for name, page in HOSTS[host].pages.items() if page.posted)
    for address in (f"/pages/{host}/{name}", f"/pages/{host}/{name}?component=score-card"):
        answer = stage.client.post(address, data={page.posted: PROOF})
        assert answer.status_code == 200
        assert json.loads(re.findall(r'id="inlay-page">(.*?)</script>', answer.text)[0])["proof"] == PROOF
        assert "<script>alert" not in answer.text
        assert policy(answer)["frame-src"] == "https://inlay.example.com"
    assert "proof" not in stage.client.get(f"/pages/{host}/{name}").text.split("inlay-page")[1].split("</script>")[0]
    assert stage.audited("launch.accepted") == stage.audited("launch.refused") == []


@pytest.mark.parametrize("address", ["/pages/office/pane", "/pages/nobody/pane", *ADDRESSES])
def test_a_page_that_takes_no_proof_is_not_opened_by_one(stage: World, address: str) -> None:
    assert stage.client.post(address, data={"token": "x.y.z"}).status_code == 404


def test_icons_are_files(stage: World) -> None:
    answer = stage.client.get("/icons/color-32.png")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert stage.client.get("/icons/color-33.png").status_code == 404
