"""The preview's addresses: strict headers on every page, refusals in words, nothing of it unless switched on."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app.application import create_app
from app.cli.preview import application
from app.preview.book import Book
from app.routes import _preview
from app.web.headers import COMMON
from tests.components.site import own_book
from tests.world import World

PAGES = (
    "/preview", "/preview/score-card/ready", "/preview/frame/score-badge/ready", "/preview/element/score-badge/ready",
    "/preview/host/salesforce/slds-2/score-card/ready", "/preview/host/teams/dark/score-card/ready?mount=element",
    "/preview/frame/score-badge/ready?a.score=999", "/preview/manifest.json", "/preview/contrast.json",
    "/preview/states/score-card", "/preview/host/sharepoint/soft/score-card/ready?mount=page",
)  # fmt: skip


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return application(own_book()).test_client()


@pytest.mark.parametrize("address", PAGES)
def test_every_answer_has_the_headers_of_the_house(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    for name in set(COMMON) - {"Content-Security-Policy"}:
        assert answer.headers[name] == COMMON[name]
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "address",
    [
        "frame/no-such/ready",
        "host/no/no/score-badge/ready",
        "assets/nothing.js",
        "assets/../app.html",
        "element/no-x/ready",
    ],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(f"/preview/{address}").status_code == 404


def test_files_are_followed_only_where_they_are_watched(client: FlaskClient) -> None:
    assert client.get("/preview/events").status_code == 404
    assert client.get("/preview/manifest.json").json["live"] is False  # type: ignore[index]
    watched = application(Book(watch=True)).test_client()
    stream = watched.get("/preview/events", buffered=False)
    assert next(iter(stream.response)) == f"data: {Book().stamp()}\n\n".encode()  # type: ignore[comparison-overlap]
    stream.close()


def test_assets_are_kept_under_an_address_of_their_edition_and_else_looked_up_anew(client: FlaskClient) -> None:
    address = f"{_preview.ASSETS}/vendor/axe.min.js"
    first = client.get(address)
    assert first.headers["Cache-Control"] == "no-cache"
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert "immutable" in client.get(f"{address}?v=1").headers["Cache-Control"]
    panel = client.get("/preview/frame/score-badge/ready").text
    assert re.search(rf"{_preview.ASSETS}/embed/frame-plain\.js\?v=\w+", panel)


@pytest.mark.parametrize(
    "address", ["/preview", "/preview/states/score-badge", "/preview/host/teams/dark/score-card/ready"]
)
def test_a_page_of_the_previews_own_is_whole_in_one_answer(client: FlaskClient, address: str) -> None:
    page = client.get(address).text
    assert not re.search(r"<link rel=.?stylesheet|<script[^>]* src=", page)


def test_it_is_off_unless_switched_on(shared: World) -> None:
    assert shared.client.get("/preview").status_code == 404
    assert shared.client.get("/preview/frame/score-badge/ready").status_code == 404


def test_it_is_on_where_a_setting_says_so(shared: World) -> None:
    built = shared.client.application.extensions["inlay"]
    server = replace(built.settings.server, preview=True)
    client = create_app(replace(built, settings=replace(built.settings, server=server))).test_client()
    assert client.get("/preview/frame/score-badge/ready").status_code == 200
    assert client.get("/preview/manifest.json").json["live"] is False  # type: ignore[index]
    assert client.get("/preview/events").status_code == 404  # a stream would hold a thread
