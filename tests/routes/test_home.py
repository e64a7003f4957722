"""The front page, and what leads there: for whoever opens an address of ours by hand. Nobody may frame them."""

from __future__ import annotations

import pytest

from tests.world import World

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_it_says_what_answers_here_in_the_reader_s_language(shared: World) -> None:
    english = shared.client.get("/")
    german = shared.client.get("/", headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert (english.status_code, german.status_code) == (200, 200)
    assert "there is nothing to see at this address alone" in english.text
    assert "Inlay liefert Panels" in german.text
    assert "acme" not in english.text


def test_it_leads_people_to_the_pages_that_are_for_them(shared: World) -> None:
    text = shared.client.get("/").text
    assert 'href="/admin"' in text
    assert ('href="/preview"' in text) == shared.parts.settings.server.preview


def test_nobody_may_frame_it(shared: World) -> None:
    policy = shared.client.get("/").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("POST", "/docs", 405)])
def test_whoever_looks_is_told_in_a_page_and_a_program_in_a_document(
    shared: World, method: str, path: str, status: int
) -> None:
    page = shared.client.open(path, method=method, headers=BROWSER)
    told = shared.client.open(path, method=method, headers={"Accept": "*/*"})
    assert (page.status_code, told.status_code) == (status, status)
    assert (page.mimetype, told.mimetype) == ("text/html", "application/problem+json")
    assert told.get_json()["detail"] in page.text
    assert 'href="/"' in page.text
    assert page.headers.get("Allow") == told.headers.get("Allow")
    assert "Accept" in page.headers["Vary"]
    assert "Accept" in told.headers["Vary"]
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    german = shared.client.open(path, method=method, headers={**BROWSER, "Accept-Language": "de"})
    assert "Zur Startseite" in german.text


def test_an_address_in_a_page_is_never_repeated(shared: World) -> None:
    page = shared.client.get("/<script>alert(1)</script>?<b>", headers=BROWSER)
    assert page.status_code == 404
    assert "alert" not in page.text


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/components/nothing/x", "/reviews", "/session"])
def test_an_address_for_programs_answers_everybody_as_one(shared: World, path: str) -> None:
    assert shared.client.get(path, headers=BROWSER).mimetype == "application/problem+json"
