"""Pages around a panel: only those that the connection's host has, for its own components, under their own policy."""

from __future__ import annotations

import re

import pytest

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


def test_icons_are_files(stage: World) -> None:
    answer = stage.client.get("/icons/color-32.png")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert stage.client.get("/icons/color-33.png").status_code == 404
