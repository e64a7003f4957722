"""What is tried at every server that stands on the internet: at our addresses it comes to nothing.

Caches that are told lies, headers that would be two, lines that would be another's in the log, methods that echo.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

import pytest

from tests.routes.test_every_route import ROUTES, Kind
from tests.world import LEAD, World

# What a cache in front does not look at, and some servers believe.
UNSEEN = {
    "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "1", "X-Host": "evil.example", "X-Original-URL": "/admin", "X-Rewrite-URL": "/admin",
    "X-HTTP-Method-Override": "DELETE", "X-Method-Override": "DELETE", "Forwarded": "host=evil.example",
    "X-Forwarded-For": "evil.example", "Cookie": "a=evil", "Origin": "https://evil.example",
    "Referer": "https://evil.example/", "X-Forwarded-Scheme": "http", "Accept-Language": "de, evil",
}  # fmt: skip
KEPT = ("/embed/inlay.js", "/static/vendor/htmx.min.js", "/icons/color-32.png", "/static/admin/admin.css")
LINES = "a\r\nX-Evil: 1\n2026-11-30 ERROR inlay forged\x1b[31m\u2028\x85x"


@pytest.mark.parametrize("path", KEPT)
def test_no_answer_differs_by_what_a_cache_would_not_see(shared: World, path: str) -> None:
    """What may be kept by all is the same for all; what is another's may be kept by nobody."""
    plain, lied_to = shared.client.get(path), shared.client.get(path, headers=UNSEEN)
    assert plain.status_code == lied_to.status_code == 200
    assert plain.data == lied_to.data
    assert "public" in plain.headers["Cache-Control"]
    assert dict(plain.headers) == dict(lied_to.headers)
    for host in ("evil.example", "inlay.example.com:8443"):
        assert shared.client.get(path, headers={"Host": host}).data == plain.data


@pytest.mark.parametrize(
    "path", ["/", "/openapi.json", "/docs", "/launch/acme?component=score-badge", "/admin", "/nothing"]
)
def test_no_page_repeats_where_it_was_told_that_it_is(shared: World, path: str) -> None:
    answer = shared.client.get(path, headers={"Host": "evil.example"} | UNSEEN)
    assert "evil" not in answer.text + str(dict(answer.headers))
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_somebody_s_is_kept_by_no_cache_whatever_its_address_looks_like(shared: World) -> None:
    """A cache that goes by endings must find no address that ends like a file and answers like a page."""
    for path in (f"/components/score-badge/x.css?record={LEAD}", "/admin/x.js", "/launch/acme/x.png", "/session/x.css"):
        answer = shared.client.get(path)
        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG"])
def test_trace_is_refused_and_echoes_nothing(shared: World, method: str) -> None:
    for path in ("/", "/healthz", "/admin", f"/components/score-badge?record={LEAD}"):
        answer = shared.client.open(path, method=method, headers={"X-Echo": "echo-of-a-token"})
        assert answer.status_code in (404, 405)
        assert "echo-of-a-token" not in answer.text + str(dict(answer.headers))


def everywhere(world: World, evil: str) -> list[Any]:
    """The text wherever somebody could put it."""
    client, token = world.client, world.element_token()
    page, bearer = {"Origin": "https://app.acme.example"}, {"Authorization": f"Bearer {token}"}
    latin = {"User-Agent": evil.encode().decode("latin-1").replace("\r", " ").replace("\n", " ")}
    return [
        client.get("/components/score-badge", query_string={"record": evil}, headers=page | bearer),
        client.get("/launch/acme", query_string={"component": evil, "record": evil}, headers=latin),
        client.get(f"/launch/{evil.encode().hex()}", query_string={"component": evil}),
        client.post("/launch/acme", query_string={"component": evil}, data={"signed_request": evil}),
        client.post("/session", data=dict.fromkeys(("grant_type", "subject_token", "connection", "component"), evil)),
        client.post("/components:batch", data={"token": token, "item": [evil], "style": evil}, headers=page),
        client.post("/reviews", data={"token": token, "verdict": evil, "comment": evil}, headers=page),
        client.get("/oauth/acme/start", query_string={"challenge": evil, "origin": evil, "record": evil}),
        client.get("/oauth/acme/callback", query_string={"state": evil, "code": evil, "error": evil}),
        client.post("/events/acme", data=evil.encode(), content_type="application/json"),
        client.post(f"/reports/csp?connection={quote(evil)}", data=evil, content_type="application/csp-report"),
        client.get("/admin/sign-in", query_string={"to": evil}),
        client.get("/admin/enter", query_string={"to": evil}),
        client.post("/admin/enter", data={"link": evil, "to": evil}),
        client.get("/api/v1/decisions/x", headers={"Authorization": "Bearer x"} | latin),
        world.exchange(claims_name=evil, name=evil, locale=evil),
    ]  # fmt: skip


def test_no_header_of_an_answer_is_two(shared: World) -> None:
    for answer in everywhere(shared, LINES):
        assert answer.status_code < 500
        assert "X-Evil" not in answer.headers
        for name, value in answer.headers:
            assert value.isprintable(), f"{name}: {value!r}"


def test_nothing_a_stranger_sends_begins_a_line_of_the_log(shared: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        everywhere(shared, LINES)
    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith(("inlay", "app")))
    assert "forged" not in said
    assert "X-Evil" not in said


def test_every_address_that_is_no_panel_may_be_framed_by_nobody(shared: World) -> None:
    """Also when it is asked by a method that it does not take, or cannot be found."""
    for method, rule in ROUTES:
        if ROUTES[method, rule] is Kind.PANEL:
            continue
        for asked in (method, "PATCH", "OPTIONS"):
            path = rule.replace("<connection>", "acme").replace("<tag>", "score-badge")
            answer = shared.client.open(path.replace("<", "").replace(">", ""), method=asked)
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], (asked, rule)
