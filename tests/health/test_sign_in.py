"""Findings about signing in: by what the host answers, before any viewer finds out."""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.errors import ConnectFailed, RedirectRefused
from app.health import Finding, Watch
from app.health.sign_in import sign_in
from app.net.door import Request, Response
from tests.hosts._door import answer
from tests.hosts._proofs import CLOCK, PROVIDER, published
from tests.hosts._sign_ins import CLIENT, Provider, connection_of, provider

US = "https://inlay.example.com"
CALLBACK = {"oidc": f"{US}/oauth/oidc/callback", "salesforce": f"{US}/oauth/acme/callback"}
DOCUMENT = {
    "issuer": PROVIDER,
    "jwks_uri": f"{PROVIDER}/keys",
    "authorization_endpoint": f"{PROVIDER}/authorize",
    "token_endpoint": f"{PROVIDER}/token",
    "token_endpoint_auth_methods_supported": ["client_secret_post"],
    "scopes_supported": ["openid", "profile"],
}


class Outside:
    """A provider with all its addresses, each of which may say something else."""

    def __init__(self, host: str) -> None:
        self.there: Provider = provider(host)
        self.there.redirect_uri = CALLBACK[host]
        self.document: Any = DOCUMENT
        self.page: Any = Response(200)
        self.ahead = 0.0

    def call(self, request: Request) -> Response:
        path, found = urlsplit(request.url).path, None
        if path.endswith("/openid-configuration"):
            found = self.document if isinstance(self.document, Response) else answer(self.document)
        elif path.endswith("/keys"):
            found = answer({"keys": [published("rs")]})
        elif path.endswith(("/authorize", "/oauth_auth.do")):
            found = self.page
        if isinstance(found, Exception):
            raise found
        found = found or self.there.call(request)
        dated = {**found.headers, "Date": formatdate(CLOCK + self.ahead, usegmt=True)}
        return Response(found.status, dated, found.body)


def findings(outside: Outside, **changes: Any) -> list[Finding]:
    connection = replace(connection_of(outside.there.host), **changes)
    return list(sign_in(connection, US, Watch(outside, lambda: CLOCK), CLOCK))


@pytest.mark.parametrize("host", ["oidc", "salesforce"])
def test_when_all_is_well_it_says_what_to_register(host: str) -> None:
    found = findings(Outside(host))
    assert {each.level for each in found} == {"ok"}
    page, app, *keys = [each.what for each in found]
    assert page.endswith(f" {CALLBACK[host]}")
    assert CLIENT in app
    assert ["publishes 1 key" in each for each in keys] == ([True] if host == "oidc" else [])


def test_a_connection_that_offers_no_sign_in_has_no_findings() -> None:
    assert findings(Outside("salesforce"), sign_in_client_id="") == []


def only_problem(found: list[Finding]) -> Finding:
    [problem] = [each for each in found if each.level == "problem"]
    return problem


def test_an_issuer_that_calls_itself_otherwise() -> None:
    outside = Outside("oidc")
    outside.document = DOCUMENT | {"issuer": f"{PROVIDER}/"}
    assert "letter by letter" in only_problem(findings(outside)).mend


@pytest.mark.parametrize(
    "document",
    [Response(404), Response(200, body=b"<html>"), {"issuer": PROVIDER}, DOCUMENT | {"token_endpoint": 7}],
)
def test_a_document_that_cannot_be_had_or_used(document: Any) -> None:
    outside = Outside("oidc")
    outside.document = document
    assert "mend issuer" in only_problem(findings(outside)).mend


def test_a_document_that_names_no_address_to_sign_in_at() -> None:
    outside = Outside("oidc")
    outside.document = {name: DOCUMENT[name] for name in ("issuer", "jwks_uri")}
    assert "lacks addresses" in only_problem(findings(outside)).what


@pytest.mark.parametrize(
    ("page", "level", "says"),
    [
        (Response(400), "problem", "Register the redirect URI"),
        (Response(503), "problem", "Register the redirect URI"),
        (ConnectFailed(), "problem", "the network"),
        (RedirectRefused(), "ok", ""),
    ],
)
def test_the_page_that_viewers_are_sent_to(page: Any, level: str, says: str) -> None:
    outside = Outside("salesforce")
    outside.page = page
    first = findings(outside)[0]
    assert first.level == level
    assert says in first.mend
    assert level == "ok" or CALLBACK["salesforce"] in first.mend or "network" in says


@pytest.mark.parametrize(
    ("said", "level", "says"),
    [
        (answer({"error": "invalid_client"}, 401), "problem", "sign_in_client_secret"),
        (answer({"error": "server_error"}, 400), "note", "by hand"),
        (answer({}, 503), "note", "by hand"),
    ],
)
def test_an_app_that_is_not_known_there(said: Response, level: str, says: str) -> None:
    outside = Outside("salesforce")
    outside.there.answers["/token"] = said
    found = findings(outside)[-1]
    assert (found.level, says in found.mend) == (level, True)


def test_a_host_that_takes_any_code_is_not_to_be_used() -> None:
    outside = Outside("salesforce")
    outside.there.answers["/token"] = answer(outside.there._said("1"))
    assert "anybody" in only_problem(findings(outside)).what


def test_scopes_that_the_provider_does_not_name() -> None:
    found = findings(Outside("oidc"), sign_in_scopes=("records.read",))
    assert "records.read" in next(each.what for each in found if each.level == "note")


def test_a_clock_that_is_not_ours_is_noticed_on_the_way() -> None:
    outside = Outside("oidc")
    outside.ahead = 90.0
    watch = Watch(outside, lambda: CLOCK)
    list(sign_in(connection_of("oidc"), US, watch, CLOCK))
    assert [each.level for each in watch.clocks()] == ["problem"]


def test_a_check_shows_no_secret() -> None:
    found = [str(each) for host in ("oidc", "salesforce") for each in findings(Outside(host))]
    assert not any("sign-in-secret" in line for line in found)
