"""No address breaks, whatever is sent to it: garbage in its path, query, headers, form or body is refused, never a 500.

Every address of the server is asked, with the names that its forms and queries know, so that values reach whoever
reads them; as a stranger, with a session, with an API key, and as an admin with a cookie and the form's proof.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.inputs import damaged_text, json_bytes, rounds, texts
from tests.machines.callers.world import key
from tests.routes.admin._browser import ORIGIN, AdminPages
from tests.routes.test_every_route import mapped
from tests.world import LEAD, World

PROOF_S = 30.0  # and what one round takes
PHASES = (Phase.explicit, Phase.generate, Phase.shrink)
ANY = settings(deadline=None, database=None, phases=PHASES, suppress_health_check=list(HealthCheck), print_blob=False)
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
# names of what forms and queries hold anywhere, so that a value reaches whoever reads it
NAMES = (
    "component", "record", "records", "item", "token", "style", "grant_type", "subject_token", "subject_token_type",
    "connection", "state", "code", "tab", "challenge", "error", "iss", "verdict", "decision", "version", "value",
    "reason", "comment", "severity", "signed_request", "proof", "after", "since", "until", "viewer", "event", "days",
    "name", "text", "capability", "batch", "rows", "page", "reach", "share", "viewers", "at", "kind", "state",
    "section", "answer", "features", "core", "from", "to", "next", "link", "validationToken", "locale", "format",
    "fields", "service", "may", "id", "thumb", "score", "body", "host", "origin", "digits",
)  # fmt: skip
GOOD = (
    LEAD, "score-badge", "acme", "acme-pages", "lead_score", "1", "0", "2026-11-30", "accept", "override", "dismiss",
    "all", "off", "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:token-type:jwt", "on",
    "de", "csv", f"score-badge {LEAD} -",
)  # fmt: skip
words = st.one_of(st.sampled_from(GOOD), texts, damaged_text(*GOOD))
HEADERS = (
    "Accept-Language", "Origin", "Referer", "If-None-Match", "Content-Encoding", "Authorization", "X-Forwarded-For",
    "User-Agent", "Accept-Encoding", "Accept", "Cookie", "Sec-Fetch-Site", "webhook-id", "webhook-timestamp", "Host",
    "webhook-signature", "HX-Request", "Range", "X-Api-Key",
)  # fmt: skip
HEADS = ("de", "null", "https://app.acme.example", '"x"', "gzip", "Bearer x", "inlay.example.com")
KINDS = (
    FORM, FORM, JSON, "text/csv", "application/jsonl", "text/xml", "application/csp-report", "application/reports+json",
    "multipart/form-data", "multipart/form-data; boundary=x", "x/y", "",
)  # fmt: skip
headers = st.dictionaries(st.sampled_from(HEADERS), st.sampled_from(HEADS) | texts, max_size=3).map(
    lambda said: {name: _as_header(value) for name, value in said.items()}
)


def _as_header(value: str) -> str:
    """What a server can be sent at all: bytes of Latin 1, without line ends."""
    return value.encode("utf-8", "surrogatepass").decode("latin-1").translate({0: "?", 10: "?", 13: "?"})[:2_000]


@dataclass(frozen=True)
class Sent:
    """One request."""

    parts: Mapping[str, str]  # of the path
    query: tuple[tuple[str, str], ...] = ()
    form: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    kind: str = FORM
    headers: Mapping[str, str] = field(default_factory=dict)

    def to(self, client: FlaskClient, method: str, rule: str, more: Mapping[str, str]) -> Any:
        path = rule
        for name, value in self.parts.items():
            path = path.replace(f"<{name}>", quote(value, safe="", errors="surrogatepass") or "x")
        data: Any = self.body
        if self.kind == FORM and not self.body:
            data = _encoded(self.form)
        return client.open(
            path,
            method=method,
            query_string=_encoded(self.query),
            data=data if method != "GET" else None,
            content_type=self.kind if method != "GET" else None,
            headers={**self.headers, **more},
        )


def _encoded(pairs: tuple[tuple[str, str], ...]) -> str:
    return "&".join(f"{name}={quote(value, safe='', errors='surrogatepass')}" for name, value in pairs)


def sent(rule: str) -> st.SearchStrategy[Sent]:
    names = [each.split(">")[0] for each in rule.split("<")[1:]]
    pairs = st.lists(st.tuples(st.sampled_from(NAMES), words), max_size=5).map(tuple)
    bodies = json_bytes(
        {"records": [LEAD], "capability": "lead_score"}, {"type": "record.changed", "data": {"record": LEAD}}
    )
    return st.builds(
        Sent,
        parts=st.fixed_dictionaries(dict.fromkeys(names, words)),
        query=pairs,
        form=pairs,
        body=st.one_of(st.just(b""), bodies, st.binary(max_size=40)),
        kind=st.sampled_from(KINDS),
        headers=headers,
    )


def asked(of: Callable[[Sent], Any], inputs: st.SearchStrategy[Sent], examples: int, start: int | None) -> None:
    @settings(ANY, max_examples=examples, derandomize=start is None)
    @given(inputs)
    def each(request: Sent) -> None:
        answer = of(request)
        assert answer.status_code < 500 or answer.status_code == 503, f"{request} was answered {answer.status_code}"
        assert not answer.headers.get("Set-Cookie", "").startswith("session")
        for name, value in answer.headers:
            assert "\n" not in value, name
            assert "\r" not in value, name

    (each if start is None else seed(start)(each))()


Ask = Callable[[str, str, Sent], Any]


@pytest.fixture(scope="module")
def asks(shared: World) -> dict[str, Ask]:
    """As a stranger, as a viewer with a session, as a service with a key, and as an admin."""
    admin = AdminPages(shared)
    viewer = {"Authorization": f"Bearer {shared.element_token()}", "Origin": "https://app.acme.example"}
    service = key(shared, service="fuzz")

    def by(client: FlaskClient, more: Mapping[str, str]) -> Ask:
        return lambda method, rule, request: request.to(client, method, rule, more)

    def as_admin(method: str, rule: str, request: Sent) -> Any:
        form = (("proof", admin.proof), *request.form)
        signed_in = Sent(request.parts, request.query, form, b"", FORM, {})
        return signed_in.to(admin.client, method, rule, {"Origin": ORIGIN})

    own = {"stranger": by(shared.client, {}), "viewer": by(shared.client, viewer)}
    return own | {"service": by(shared.client, service), "admin": as_admin}


def rules(world: World) -> list[tuple[str, str]]:
    """All but those that would end what the others need."""
    ending = {("POST", "/admin/leave"), ("DELETE", "/session"), ("POST", "/admin/connections/<connection>/leaving")}
    return sorted(mapped(world) - ending)


def test_a_few(shared: World, asks: dict[str, Ask]) -> None:
    """Of a stranger, and at the admin's pages of an admin."""
    for method, rule in rules(shared):
        ask = asks["admin" if rule.startswith("/admin") else "stranger"]
        asked(partial(ask, method, rule), sent(rule), 2, None)


@pytest.mark.proof
def test_many(shared: World, asks: dict[str, Ask]) -> None:
    for number in rounds(PROOF_S):
        for (method, rule), (who, ask) in itertools.product(rules(shared), asks.items()):
            if who in ("stranger", "admin") or not rule.startswith("/admin"):
                asked(partial(ask, method, rule), sent(rule), 3, number)
