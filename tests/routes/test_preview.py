"""The preview's addresses: strict headers on every page, refusals in words, nothing of it unless switched on."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app.application import create_app
from app.cli.preview import application
from app.preview.book import Book
from app.routes import preview
from app.web.headers import COMMON
from tests.world import World

PAGES = (
    "/preview", "/preview/score-card/ready", "/preview/frame/score-badge/ready", "/preview/element/score-badge/ready",
    "/preview/host/salesforce/slds-2/score-card/ready", "/preview/host/teams/dark/score-card/ready?mount=element",
    "/preview/frame/score-badge/ready?a.score=999", "/preview/manifest.json", "/preview/contrast.json",
)  # fmt: skip


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return application(Book()).test_client()


@pytest.mark.parametrize("address", PAGES)
def test_every_answer_has_the_headers_of_the_house(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    for name in set(COMMON) - {"Content-Security-Policy"}:
        assert answer.headers[name] == COMMON[name]
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "Set-Cookie" not in answer.headers


def test_a_panel_has_the_policy_of_production(client: FlaskClient) -> None:
    answer = client.get("/preview/frame/score-badge/ready")
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.findall(r"script-src 'nonce-([^']+)'", policy)[0]
    assert "trusted-types inlay htmx hx-csp" in policy
    assert "frame-ancestors http://localhost;" in policy
    assert answer.text.count(f'nonce="{nonce}"') == 2  # the panel's script and the preview's ear


def test_wrong_args_are_shown_as_the_refusal_that_they_would_be(client: FlaskClient) -> None:
    answer = client.get("/preview/frame/score-badge/ready?a.score=999")
    assert answer.status_code == 400
    assert "score must be at most 100." in answer.text
    page = client.get("/preview/host/salesforce/slds-2/score-badge/ready?a.score=<b>&mount=element")
    assert "score must be a whole number." in page.text


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


def test_assets_are_looked_up_anew_and_sent_once(client: FlaskClient) -> None:
    first = client.get(f"{preview.ASSETS}/probe.js")
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get(f"{preview.ASSETS}/probe.js", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


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
