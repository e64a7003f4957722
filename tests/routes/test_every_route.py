"""Every address of ours, by the list that the server itself has: its security headers, and no cookie on any.

A new address fails here until it stands in the table, with what it is for.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

import pytest

from app.web.headers import COMMON, NOT_FRAMED, OPEN_TO_PAGES
from tests.hosts._directory import directory
from tests.hosts._proofs import BUILDERS, DOCUMENT
from tests.hosts.salesforce.messages import message, notification
from tests.machines.callers.world import ROW, bring, key, lines
from tests.world import EVENT_TOKEN, LEAD, World, connections
from tests.world import world as make_world

ACME = "https://acme.my.salesforce.com https://acme.lightning.force.com"


class Kind(Enum):
    """Who is to reach it."""

    PANEL = "a page of a panel: framed by its connection's origins, by name, and by nobody else"
    OPEN = "asked by pages of any origin, with a token in the header or the form; framed by nobody"
    FILE = "loaded by pages of any origin, the same for everybody; framed by nobody"
    WINDOW = "a window's page with a script: opened by a panel, which stays its opener; framed by nobody"
    ADMIN = "an admin's page, with our script; framed by nobody"
    OWN = "not for pages of others at all"


ROUTES: dict[tuple[str, str], Kind] = {
    ("GET", "/"): Kind.OWN,
    ("GET", "/launch/<connection>"): Kind.PANEL,
    ("POST", "/launch/<connection>"): Kind.PANEL,
    ("GET", "/oauth/<connection>/start"): Kind.WINDOW,
    ("GET", "/oauth/<connection>/callback"): Kind.WINDOW,
    ("POST", "/oauth/<connection>/callback"): Kind.WINDOW,
    ("POST", "/oauth/<connection>/connect"): Kind.WINDOW,
    ("POST", "/session"): Kind.OPEN,
    ("DELETE", "/session"): Kind.OPEN,
    ("POST", "/session/renew"): Kind.OPEN,
    ("GET", "/components/<tag>"): Kind.OPEN,
    ("POST", "/components:batch"): Kind.OPEN,
    ("POST", "/reviews"): Kind.OPEN,
    ("POST", "/thumbs"): Kind.OPEN,
    ("POST", "/satisfaction"): Kind.OPEN,
    ("POST", "/exports"): Kind.OPEN,
    ("GET", "/api/v1/decisions/<decision>"): Kind.OPEN,
    ("GET", "/api/v1/scores/<capability>/<type>/<id>"): Kind.OWN,
    ("POST", "/api/v1/scores:batch"): Kind.OWN,
    ("PUT", "/api/v1/scores"): Kind.OWN,
    ("GET", "/openapi.json"): Kind.OWN,
    ("GET", "/docs"): Kind.OWN,
    ("POST", "/events/<connection>"): Kind.OWN,
    ("POST", "/events/<connection>/<token>"): Kind.OWN,
    ("POST", "/reports/panel"): Kind.OWN,
    ("POST", "/reports/csp"): Kind.OWN,
    ("GET", "/embed/<name>"): Kind.FILE,
    ("GET", "/static/vendor/<name>"): Kind.FILE,
    ("GET", "/icons/<name>"): Kind.FILE,
    ("GET", "/static/admin/<name>"): Kind.FILE,
    ("GET", "/admin"): Kind.ADMIN,
    ("GET", "/admin/connections/<connection>"): Kind.ADMIN,
    ("GET", "/admin/connections/<connection>/rollout"): Kind.ADMIN,
    ("POST", "/admin/connections/<connection>/rollout"): Kind.ADMIN,
    ("GET", "/admin/connections/<connection>/why"): Kind.ADMIN,
    ("GET", "/admin/connections/<connection>/api-keys"): Kind.ADMIN,
    ("POST", "/admin/connections/<connection>/api-keys"): Kind.ADMIN,
    ("GET", "/admin/audit"): Kind.ADMIN,
    ("POST", "/admin/audit/export"): Kind.ADMIN,
    ("GET", "/admin/configuration"): Kind.ADMIN,
    ("GET", "/admin/decisions"): Kind.ADMIN,
    ("POST", "/admin/decisions/export"): Kind.ADMIN,
    ("GET", "/admin/decisions/<decision>"): Kind.ADMIN,
    ("GET", "/admin/decisions/<decision>/letter"): Kind.ADMIN,
    ("GET", "/admin/connections/<connection>/leaving"): Kind.ADMIN,
    ("POST", "/admin/connections/<connection>/leaving"): Kind.ADMIN,
    ("GET", "/admin/cores/try"): Kind.ADMIN,
    ("POST", "/admin/cores/try"): Kind.ADMIN,
    ("GET", "/admin/rollback"): Kind.ADMIN,
    ("POST", "/admin/rollback"): Kind.ADMIN,
    ("GET", "/admin/configuration/edit"): Kind.ADMIN,
    ("POST", "/admin/configuration/edit"): Kind.ADMIN,
    ("GET", "/admin/configuration/secrets"): Kind.ADMIN,
    ("POST", "/admin/configuration/secrets"): Kind.ADMIN,
    ("GET", "/admin/hosts/add"): Kind.ADMIN,
    ("GET", "/admin/hosts/add/<name>"): Kind.ADMIN,
    ("POST", "/admin/hosts/add/<name>"): Kind.ADMIN,
    ("GET", "/admin/connections/<connection>/arrival"): Kind.ADMIN,
    ("GET", "/admin/connections/<connection>/arrival.json"): Kind.ADMIN,
    ("POST", "/admin/connections/<connection>/package"): Kind.ADMIN,
    ("GET", "/admin/connections/<connection>/write-back"): Kind.ADMIN,
    ("POST", "/admin/connections/<connection>/write-back/replay"): Kind.ADMIN,
    ("POST", "/admin/connections/<connection>/write-back/leave"): Kind.ADMIN,
    ("GET", "/admin/figures"): Kind.ADMIN,
    ("GET", "/admin/alerts"): Kind.ADMIN,
    ("POST", "/admin/alerts/test"): Kind.ADMIN,
    ("GET", "/admin/jobs"): Kind.ADMIN,
    ("GET", "/admin/jobs/<number>"): Kind.ADMIN,
    ("POST", "/admin/jobs/replay"): Kind.ADMIN,
    ("POST", "/admin/jobs/drop"): Kind.ADMIN,
    ("GET", "/admin/imports"): Kind.ADMIN,
    ("GET", "/admin/origins"): Kind.ADMIN,
    ("GET", "/admin/sign-in"): Kind.ADMIN,
    ("GET", "/admin/callback"): Kind.ADMIN,
    ("GET", "/admin/enter"): Kind.ADMIN,
    ("POST", "/admin/enter"): Kind.ADMIN,
    ("POST", "/admin/leave"): Kind.ADMIN,
    ("GET", "/pages/<connection>/<name>"): Kind.PANEL,
    ("POST", "/pages/<connection>/<name>"): Kind.PANEL,
    ("GET", "/healthz"): Kind.OWN,
    ("GET", "/readyz"): Kind.OWN,
    ("GET", "/metrics"): Kind.OWN,
}


def mapped(world: World) -> set[tuple[str, str]]:
    rules = world.client.application.url_map.iter_rules()
    return {(method, rule.rule) for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}


def _good(world: World) -> dict[tuple[str, str], Callable[[], Any]]:
    """A request to each address that is answered as it should be."""
    client, token = world.client, world.element_token()
    batch = {"token": token, "item": [f"score-badge {LEAD} -"]}
    page = {"Origin": "https://app.acme.example"}
    frame = world.frame_token()
    return {
        ("GET", "/"): lambda: client.get("/"),
        ("GET", "/launch/<connection>"): lambda: client.get("/launch/acme"),
        ("POST", "/launch/<connection>"): world.launch,
        ("POST", "/session"): world.exchange,
        ("DELETE", "/session"): lambda: client.delete("/session", headers={"Authorization": f"Bearer {token}"}),
        ("POST", "/session/renew"): lambda: client.post("/session/renew", data={"token": frame}),
        ("GET", "/components/<tag>"): lambda: world.badge(frame),
        ("GET", "/api/v1/decisions/<decision>"): lambda: explained(world, token),
        ("GET", "/api/v1/scores/<capability>/<type>/<id>"): lambda: client.get(
            f"/api/v1/scores/lead_score/{LEAD}", headers=key(world, service=f"s{secrets.token_hex(4)}")
        ),
        ("POST", "/api/v1/scores:batch"): lambda: client.post(
            "/api/v1/scores:batch",
            json={"capability": "lead_score", "records": [LEAD]},
            headers=key(world, service=f"s{secrets.token_hex(4)}"),
        ),
        ("PUT", "/api/v1/scores"): lambda: bring(
            world, key(world, service=f"s{secrets.token_hex(4)}"), lines(ROW), batch=secrets.token_hex(4)
        ),
        ("GET", "/openapi.json"): lambda: client.get("/openapi.json"),
        ("GET", "/docs"): lambda: client.get("/docs"),
        ("POST", "/components:batch"): lambda: world.client.post("/components:batch", data=batch, headers=page),
        ("POST", "/events/<connection>"): lambda: world.event(LEAD),
        ("POST", "/events/<connection>/<token>"): lambda: world.client.post(
            f"/events/acme/{EVENT_TOKEN}", data=message(notification("04lAB0000000001AAA", "")), content_type="text/xml"
        ),
        ("POST", "/reports/panel"): lambda: client.post("/reports/panel?connection=acme"),
        ("POST", "/reports/csp"): lambda: client.post(
            "/reports/csp?connection=acme", data='{"csp-report": {}}', content_type="application/csp-report"
        ),
        ("GET", "/embed/<name>"): lambda: client.get("/embed/inlay.js"),
        ("GET", "/static/vendor/<name>"): lambda: client.get("/static/vendor/htmx.min.js"),
        ("GET", "/static/admin/<name>"): lambda: client.get("/static/admin/admin.css"),
        ("GET", "/icons/<name>"): lambda: client.get("/icons/color-32.png"),
        ("GET", "/healthz"): lambda: client.get("/healthz"),
        ("GET", "/readyz"): lambda: client.get("/readyz"),
        ("GET", "/metrics"): lambda: client.get("/metrics"),
    }


def explained(world: World, token: str) -> Any:
    """Of the decision that this session was shown."""
    heads = {"Authorization": f"Bearer {token}", "Origin": "https://app.acme.example"}
    [shown] = {row["decision"] for row in world.audited("view.shown") if row["connection"] == "acme-pages"}
    return world.client.get(f"/api/v1/decisions/{shown}", headers=heads)


def _bare(world: World, method: str, rule: str) -> Any:
    """The same address with nothing that would be good for anything."""
    path = (
        rule.replace("<connection>", "acme")
        .replace("<decision>", "none")
        .replace("<tag>", "score-badge")
        .replace("<name>", "no.js")
    )
    return world.client.open(path, method=method)


def test_every_address_is_in_the_table(shared: World) -> None:
    assert mapped(shared) == set(ROUTES), "a new address: add it to the table, and to tests/routes/test_crossed.py"


@pytest.mark.parametrize(("method", "rule"), ROUTES, ids=[f"{method} {rule}" for method, rule in ROUTES])
@pytest.mark.parametrize("good", [True, False], ids=["answered", "refused"])
def test_its_answers(shared: World, method: str, rule: str, good: bool) -> None:
    kind = ROUTES[method, rule]
    # nobody signs in here, and there is no document: those good answers are in the tests of their own routes
    good = (
        good
        and kind not in (Kind.WINDOW, Kind.ADMIN)
        and rule not in ("/reviews", "/thumbs", "/satisfaction", "/exports", "/pages/<connection>/<name>")
    )
    answer = _good(shared)[method, rule]() if good else _bare(shared, method, rule)
    said = answer.headers
    if good and (method, rule) != ("GET", "/launch/<connection>"):
        assert answer.status_code < 300, answer.text
    assert "Set-Cookie" not in said
    assert said["Strict-Transport-Security"] == "max-age=31536000"
    for name in ("X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy"):
        assert said[name] == COMMON[name]
    opener = "unsafe-none" if kind is Kind.WINDOW else COMMON["Cross-Origin-Opener-Policy"]
    assert said["Cross-Origin-Opener-Policy"] == opener
    assert "public" in said["Cache-Control"] if kind is Kind.FILE and good else said["Cache-Control"] == "no-store"
    policy = dict(each.partition(" ")[::2] for each in said["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in said["Content-Security-Policy"]
    assert "*" not in said["Content-Security-Policy"]
    if kind is Kind.PANEL:
        assert policy["frame-ancestors"] == ACME
        scripted = "<script" in answer.text
        assert scripted == (good and method == "POST")
        assert ("script-src" in policy, "require-trusted-types-for" in policy) == (scripted, scripted)
        if scripted:
            nonce = policy["script-src"].removeprefix("'nonce-").removesuffix("'")
            assert f'nonce="{nonce}"' in answer.text
            assert policy["require-trusted-types-for"] == "'script'"
    else:
        assert policy["frame-ancestors"] == "'none'"
        assert ("script-src" in policy) == (kind in (Kind.WINDOW, Kind.ADMIN))
    opened = {name for name in OPEN_TO_PAGES if said.get(name)}
    if kind is Kind.OPEN or (kind is Kind.FILE and good):
        assert said["Access-Control-Allow-Origin"] == "*"
        assert said["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Access-Control-Allow-Credentials" not in said  # no cookie would be sent either
    else:
        assert "Access-Control-Allow-Origin" not in opened
        assert kind is Kind.FILE or said["Cross-Origin-Resource-Policy"] == "same-origin"


def test_two_pages_never_have_the_same_nonce(shared: World) -> None:
    policies = [shared.launch().headers["Content-Security-Policy"] for _ in range(2)]
    assert policies[0] != policies[1]


def test_whoever_asks_for_what_is_not_there_is_framed_by_nobody(shared: World) -> None:
    for path in ("/nothing", "/launch/nobody", "/embed/nothing.js"):
        answer = shared.client.get(path)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers
    assert "frame-ancestors 'none'" in NOT_FRAMED


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("stage")
    with directory(DOCUMENT) as known, make_world(folder, connections=connections(known.url)) as made:
        yield made


@pytest.mark.parametrize("host", BUILDERS)
def test_each_connection_s_panel_is_framed_by_exactly_its_own_origins(stage: World, host: str) -> None:
    """By exact hosts, also where a vendor's list would have wildcards; but for what stands around our own page."""
    name = {"salesforce": "acme", "guest": "acme-pages"}.get(host, host)
    own = stage.settings.connections[name].origins
    answer = stage.client.get(f"/launch/{name}?component=score-badge")
    policy = dict(each.partition(" ")[::2] for each in answer.headers["Content-Security-Policy"].split("; "))
    # the regions of the editors change, and our own page is between them and the panel
    around = [each for each in policy["frame-ancestors"].split() if each not in own]
    assert (around != []) is (host == "office")
    assert policy["frame-ancestors"].startswith(" ".join(own))
    assert own
    assert all(each.startswith("https://") and "*" not in each for each in own)
