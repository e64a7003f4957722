"""The policies: by nobody unless said, scripts by nonce, one style by its hash."""

from __future__ import annotations

import base64
import hashlib

import pytest

from app.web.headers import (
    COMMON,
    OPEN_TO_PAGES,
    PREFLIGHT,
    panel_policy,
    still_policy,
    style_hash,
    whole_headers,
)


def policy(text: str) -> dict[str, str]:
    return dict(each.partition(" ")[::2] for each in text.split("; "))


def test_whatever_says_nothing_is_framed_by_nobody_and_kept_by_nobody() -> None:
    assert policy(COMMON["Content-Security-Policy"])["frame-ancestors"] == "'none'"
    assert policy(COMMON["Content-Security-Policy"])["default-src"] == "'none'"
    assert (COMMON["Cache-Control"], COMMON["X-Content-Type-Options"]) == ("no-store", "nosniff")


def test_a_panel_is_framed_by_exactly_its_origins() -> None:
    made = policy(panel_policy(["https://a.example", "https://b.example"], "https://inlay.example", "n0nce", "p{}"))
    assert made["frame-ancestors"] == "https://a.example https://b.example"
    assert made["script-src"] == "'nonce-n0nce'"
    assert made["connect-src"] == "https://inlay.example"
    assert made["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in str(made)


def test_a_form_goes_to_the_exports_of_panels_that_have_some() -> None:
    asked = ["https://a.example"], "https://inlay.example", "n0nce", "p{}"
    assert policy(panel_policy(*asked))["form-action"] == "'none'"
    assert policy(panel_policy(*asked, exports=True))["form-action"] == "https://inlay.example/exports"


def test_a_page_without_origins_is_framed_by_nobody_and_has_no_scripts() -> None:
    made = policy(still_policy([], "p{}"))
    assert made["frame-ancestors"] == "'none'"
    assert "script-src" not in made


def test_a_style_is_allowed_by_what_it_is() -> None:
    digest = base64.b64encode(hashlib.sha256("p{color:red}ß".encode()).digest()).decode()
    assert style_hash("p{color:red}ß") == f"'sha256-{digest}'"
    assert style_hash("a") != style_hash("b")


def test_any_page_may_ask_but_never_with_credentials() -> None:
    for headers in (OPEN_TO_PAGES, PREFLIGHT, dict(whole_headers("", {}))):
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in headers
    assert "Authorization" in PREFLIGHT["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(("url", "tls"), [("https://inlay.example", True), ("http://localhost:8000", False)])
def test_what_is_made_whole_has_every_header(url: str, tls: bool) -> None:
    headers = dict(whole_headers(url, {"ETag": '"x"'}))
    assert headers["ETag"] == '"x"'
    assert {**COMMON, **OPEN_TO_PAGES}.items() <= headers.items()
    assert ("Strict-Transport-Security" in headers) == tls
