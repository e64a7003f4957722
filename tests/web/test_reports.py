"""What browsers report: an origin is taken, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.errors import BadRequest
from app.web.reports import MAX_REPORTS, origin_of, refused_ancestors

OWN = "https://inlay.example.com"
# as Chromium sends it, word for word: both addresses are our own, the ancestor is in the header alone
CHROMIUM = {
    "document-uri": f"{OWN}/",
    "referrer": "https://top.example/page?secret=1",
    "violated-directive": "frame-ancestors",
    "effective-directive": "frame-ancestors",
    "original-policy": "default-src 'none'",
    "disposition": "enforce",
    "blocked-uri": f"{OWN}/",
    "status-code": 200,
    "script-sample": "",
}


def report(**changes: Any) -> bytes:
    return json.dumps({"csp-report": {name.replace("_", "-"): each for name, each in changes.items()}}).encode()


def test_chromium_names_the_ancestor_in_the_header() -> None:
    body = json.dumps({"csp-report": CHROMIUM}).encode()
    assert refused_ancestors(body, "https://evil.example/", OWN) == ["https://evil.example"]
    assert refused_ancestors(body, "https://evil.example/a/path?q=1", OWN) == ["https://evil.example"]
    assert refused_ancestors(body, "", OWN) == [""]  # a page that sends no referrer stays unnamed
    assert refused_ancestors(body, f"{OWN}/x", OWN) == [""]


def test_others_name_it_in_the_report() -> None:
    body = report(violated_directive="frame-ancestors", blocked_uri="https://evil.example:8443/a?b=c")
    assert refused_ancestors(body, "https://other.example/", OWN) == ["https://evil.example:8443"]


def test_the_other_form_is_a_list() -> None:
    one = {"effectiveDirective": "frame-ancestors", "blockedURL": "https://evil.example/p", "documentURL": OWN}
    reports = [{"type": "csp-violation", "body": one}, {"type": "deprecation", "body": {}}]
    assert refused_ancestors(json.dumps(reports).encode(), "", OWN) == ["https://evil.example"]
    assert len(refused_ancestors(json.dumps(reports * 50).encode(), "", OWN)) == MAX_REPORTS
    assert refused_ancestors(b"[]", "", OWN) == []


def test_other_breaches_name_nobody() -> None:
    body = report(effective_directive="script-src-elem", blocked_uri="https://evil.example/x.js")
    assert refused_ancestors(body, "https://evil.example/", OWN) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"7", b"{}", b"null", b'{"csp-report": 7}', b'[{"type": "csp-violation"}]', b"[" * 9000, b"\xff"],
)
def test_what_is_no_report(body: bytes) -> None:
    with pytest.raises(BadRequest):
        refused_ancestors(body, "", OWN)


@pytest.mark.parametrize("value", [7, None, ["frame-ancestors"], {}])
def test_members_of_other_types_say_nothing(value: Any) -> None:
    assert refused_ancestors(report(effective_directive=value, blocked_uri=value), "", OWN) == []


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.Example:443/x", "https://a.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("https://user:secret@a.example/", "https://a.example"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("self", ""),
        ("null", ""),
        ("https://", ""),
        ("https://a.example:99999/", ""),
        ("https://<script>/", ""),
        ("https://ä.example/", ""),
        ("https://" + "a" * 400, ""),
        ("https://a.example\x00/", ""),
    ],
)
def test_origins(url: str, origin: str) -> None:
    assert origin_of(url) == origin
