"""The hostile matrix's cross part: whoever is known here reaches for what is another's, by every address and name.

Three connections (two of one kind, and one whose host is asked) with two viewers each, called alike everywhere and
with records called alike in the connections. Everybody has looked at what is theirs, so every memory is warm. Then
each reaches for what each other has: nothing of it comes, by no route, whatever the name that it is reached for by.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import pytest

from app.config import Secret
from tests.core.server import good
from tests.hosts._proofs import BUILDERS
from tests.machines.callers.world import bring, lines, row
from tests.routes.test_every_route import mapped
from tests.world import EVENT_SECRET, World, launch_data
from tests.world import world as make_world

TOKEN = "urn:ietf:params:oauth:token-type:jwt"
GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
RECORDS = {"zoe": "00QAB000001LeadAA2", "ben": "00QAB000002LeadAA2"}
USERS = {"zoe": "005AB000001ZoeZYAK", "ben": "005AB000002BenZYAK"}
WORTH = {("east", "zoe"): 11, ("east", "ben"): 12, ("west", "zoe"): 13, ("west", "ben"): 14, ("acme", "zoe"): 15}


@dataclass
class Actor:
    """A viewer of a connection, and all that can be pointed at of theirs."""

    world: World
    connection: str
    name: str
    record: str = ""
    proof: str = ""  # used
    token: str = ""
    session: str = ""
    etags: tuple[str, ...] = ()
    decision: str = ""
    reference: str = ""  # of a refusal of theirs
    event_secret: str = ""

    def __str__(self) -> str:
        return f"{self.connection}/{self.name}"

    @property
    def framed(self) -> bool:
        return self.connection == "acme"

    @property
    def origin(self) -> str | None:
        return None if self.framed else f"https://app.{self.connection}.example"

    @property
    def heads(self) -> dict[str, str]:
        return {"Origin": self.origin} if self.origin else {}

    @property
    def mark(self) -> str:
        """What their score says and no other's; the core writes it into each answer."""
        return f"mark {WORTH.get((self.connection, self.name), 16)}"

    def prove(self, record: str = "", component: str = "score-badge") -> str:
        """A new proof of theirs."""
        record = (record or self.record).partition("/")[2]
        if self.framed:
            return self.world.signed(USERS[self.name], self.name, record=record)
        features = {f"Lead/{record}": {"activity": WORTH[self.connection, self.name]}}
        said = {"sub": self.name, "record": [f"Lead/{record}"], "features": features, "component": component}
        return self.world.token(iss=f"https://{self.connection}.example", origin=self.origin, **said)

    def launch(self, proof: str, connection: str = "", component: str = "score-badge") -> Any:
        field = "signed_request" if (connection or self.connection) == "acme" else "token"
        path = f"/launch/{connection or self.connection}?component={component}"
        return self.world.client.post(path, data={field: proof}, headers=self.heads)

    def exchange(self, proof: str, record: str, **changes: Any) -> Any:
        kind = "urn:inlay:token-type:signed-request" if self.framed else TOKEN
        form = {"grant_type": GRANT, "subject_token": proof, "subject_token_type": kind, "records": [record]}
        form |= {"connection": self.connection, "component": "score-badge"} | changes
        return self.world.client.post("/session", data=form, headers=self.heads)

    def get(self, record: str, tag: str = "score-badge", token: str = "", etag: str = "") -> Any:
        heads = (
            self.heads | {"Authorization": f"Bearer {token or self.token}"} | ({"If-None-Match": etag} if etag else {})
        )
        return self.world.client.get(f"/components/{tag}?record={record}", headers=heads)

    def batch(self, *items: str, token: str = "", style: str = "score-card") -> Any:
        form = {"token": token or self.token, "item": list(items), "style": style}
        return self.world.client.post("/components:batch", data=form, headers=self.heads)


def settle(actor: Actor) -> Actor:
    """Look at what is theirs, and be refused something."""
    world, client = actor.world, actor.world.client
    actor.record, actor.proof = f"Lead/{RECORDS[actor.name]}", ""
    actor.proof = actor.prove()
    opened = actor.exchange(actor.proof, actor.record)
    assert opened.status_code == 200, opened.text
    actor.token = opened.json["access_token"]
    actor.session = world.parts.sessions.load(actor.token).id
    seen = actor.batch(*(f"{tag} {actor.record} -" for tag in ("score-badge", "score-card"))).json["fragments"]
    assert [each["state"] for each in seen] == ["ready", "ready"]
    assert actor.mark in seen[1]["html"]
    actor.etags = tuple(each["etag"] for each in seen)
    actor.decision = [row["decision"] for row in world.audited("view.shown") if row["session"] == actor.session][-1]
    no = client.post(f"/launch/{actor.connection}?component=score-badge", data={"token": "x"}, headers=actor.heads)
    actor.reference = re.findall(r"<b>([0-9A-F]{8})</b>", no.text)[0]
    return actor


@pytest.fixture(scope="module")
def actors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Actor]]:
    guest = replace(
        BUILDERS["guest"]().connection, jwks_url="https://app.acme.example/jwks.json", algorithms=("EdDSA",)
    )
    own = {name: "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode() for name in ("east", "west")}
    both = [
        replace(
            guest,
            name=name,
            issuer=f"https://{name}.example",
            origins=(f"https://app.{name}.example",),
            event_secrets=(Secret(own[name]),),
            components=("score-badge", "score-card"),
            fields={"lead_score": {"revenue": "AnnualRevenue"}},
        )
        for name in ("east", "west")
    ]
    with make_world(tmp_path_factory.mktemp("crossed"), connections=both) as world:
        world.core.answer_to = marked  # type: ignore[method-assign]
        for (name, user), worth in zip((("zoe", "zoe"), ("ben", "ben")), (15, 16), strict=True):
            world.api.rows[RECORDS[name]] = {"activity": worth, "company_size": 9, "AnnualRevenue": 9}
            world.api.only[user] = {RECORDS[name]}
        found = [Actor(world, connection, name) for connection in ("east", "west", "acme") for name in ("zoe", "ben")]
        for each in found:
            each.event_secret = own.get(each.connection, EVENT_SECRET)
        yield {str(each): settle(each) for each in found}


def marked(path: str, body: Any) -> Any:
    if path.endswith(":batch"):
        return {"results": [marked("/v1/score", item) for item in body["items"]]}
    worth = body["features"]["activity"]
    label = {"label": f"mark {worth}", "effect": 1, "direction": "up", "fields": ["activity"]}
    return good(40 + worth, factors=[label])


# --- reaching ---

Reach = Callable[[Actor, Actor], Any]


def event(me: Actor, them: Actor, secret: str) -> Any:
    return me.world.event(them.record, connection=them.connection, secret=secret)


def addressed(me: Actor, them: Actor) -> Any:
    """With a token of mine as the end of their address."""
    path = f"/events/{them.connection}/{me.session}"
    return me.world.client.post(path, data=b"<x/>", content_type="text/xml")


def csp(me: Actor, them: Actor) -> Any:
    path = f"/reports/csp?connection={them.connection}"
    return me.world.client.post(path, data='{"csp-report": {}}', content_type="application/csp-report")


def end(me: Actor, them: Actor) -> Any:
    """Whoever holds a token may end it; by its session's name nobody can."""
    return me.world.client.delete("/session", headers=me.heads | {"Authorization": f"Bearer {them.session}"})


def renew(token: str) -> Reach:
    return lambda me, them: me.world.client.post(
        "/session/renew", data={"token": getattr(them, token)}, headers=me.heads or {"Origin": "https://x.example"}
    )


def sign_in(method: str, step: str, field: str) -> Reach:
    """With what of theirs could be taken for a state, a window's secret or a code."""
    return lambda me, them: getattr(me.world.client, method)(
        f"/oauth/{them.connection}/{step}",
        **{field: {"state": them.session, "tab": them.decision, "code": them.proof[:3000]}},
    )


def explained(me: Actor, decision: str, token: str = "") -> Any:
    """Why a decision is what it is: of mine it is told, of theirs it is not said that there is one."""
    heads = me.heads | {"Authorization": f"Bearer {token or me.token}"}
    answer = me.world.client.get(f"/api/v1/decisions/{decision}", headers=heads)
    assert answer.status_code in (401, 403, 404)
    return answer


def public(path: str) -> dict[str, Reach]:
    """The same for everybody, whatever is asked of it."""
    return {"any": lambda me, them: me.world.client.get(f"{path}?record={them.record}&session={them.session}")}


def post(path: str, **form: str) -> Reach:
    """A form in which values are names of what is theirs; without a token of theirs, it is mine."""

    def reach(me: Actor, them: Actor) -> Any:
        said = {name: getattr(them, theirs)[:4000] for name, theirs in form.items()}
        return me.world.client.post(path, data={"token": me.token, "verdict": "accept"} | said, headers=me.heads)

    return reach


def review(**form: str) -> Reach:
    """A review that would be kept if all of it were mine."""

    def reach(me: Actor, them: Actor) -> Any:
        mine = {"token": me.token, "component": "score-card", "record": me.record, "decision": me.decision}
        said = {name: getattr(them, theirs)[:4000] for name, theirs in form.items()}
        data = mine | {"item": "score", "version": "0", "verdict": "accept"} | said
        answer = me.world.client.post("/reviews", data=data, headers=me.heads)
        assert answer.status_code >= 400, answer.text
        return answer

    return reach


def as_admin(method: str, path: str, named: str = "") -> dict[str, Reach]:
    """An admin's page with what a viewer has in the place of an admin's cookie; `named`: what the address says."""

    def reach(what: str) -> Reach:
        def call(me: Actor, them: Actor) -> Any:
            cookie = f"__Host-inlay-admin={getattr(them, what)[:4000]}"
            heads = {"Cookie": cookie, "Origin": "https://inlay.example.com"}
            answer = me.world.client.open(path.format(them), method=method, headers=heads)
            assert answer.status_code == 200 if (method, path) == ("GET", "/admin/enter") else answer.status_code > 400
            return answer

        return call

    return {
        f"{named}{what}": reach(what.removeprefix("session ")) for what in ("session token", "session", "reference")
    }


# For each address: what of another's can be named there, and how.
REACHES: dict[tuple[str, str], dict[str, Reach]] = {
    ("GET", "/"): public("/"),
    ("GET", "/healthz"): public("/healthz"),
    ("GET", "/readyz"): public("/readyz"),
    ("GET", "/metrics"): public("/metrics"),
    ("GET", "/embed/<name>"): public("/embed/inlay.js"),
    ("GET", "/static/vendor/<name>"): public("/static/vendor/htmx.min.js"),
    ("GET", "/static/admin/<name>"): public("/static/admin/admin.css"),
    ("GET", "/admin"): as_admin("GET", "/admin"),
    ("GET", "/admin/connections/<connection>"): as_admin("GET", "/admin/connections/{0.connection}"),
    ("GET", "/admin/connections/<connection>/rollout"): as_admin("GET", "/admin/connections/{0.connection}/rollout"),
    ("POST", "/admin/connections/<connection>/rollout"): as_admin("POST", "/admin/connections/{0.connection}/rollout"),
    ("GET", "/admin/connections/<connection>/why"): as_admin("GET", "/admin/connections/{0.connection}/why"),
    ("GET", "/admin/connections/<connection>/leaving"): as_admin("GET", "/admin/connections/{0.connection}/leaving"),
    ("POST", "/admin/connections/<connection>/leaving"): as_admin("POST", "/admin/connections/{0.connection}/leaving"),
    ("GET", "/admin/cores/try"): as_admin("GET", "/admin/cores/try"),
    ("POST", "/admin/cores/try"): as_admin("POST", "/admin/cores/try"),
    ("GET", "/admin/rollback"): as_admin("GET", "/admin/rollback"),
    ("POST", "/admin/rollback"): as_admin("POST", "/admin/rollback"),
    ("GET", "/admin/audit"): as_admin("GET", "/admin/audit?connection={0.connection}"),
    ("POST", "/admin/audit/export"): as_admin("POST", "/admin/audit/export"),
    ("GET", "/admin/configuration"): as_admin("GET", "/admin/configuration"),
    ("GET", "/admin/configuration/edit"): as_admin("GET", "/admin/configuration/edit?connection={0.connection}"),
    ("POST", "/admin/configuration/edit"): as_admin("POST", "/admin/configuration/edit"),
    ("GET", "/admin/configuration/secrets"): as_admin("GET", "/admin/configuration/secrets"),
    ("POST", "/admin/configuration/secrets"): as_admin("POST", "/admin/configuration/secrets"),
    ("GET", "/admin/hosts/add"): as_admin("GET", "/admin/hosts/add"),
    ("GET", "/admin/hosts/add/<name>"): as_admin("GET", "/admin/hosts/add/guest"),
    ("POST", "/admin/hosts/add/<name>"): as_admin("POST", "/admin/hosts/add/guest"),
    ("GET", "/admin/connections/<connection>/arrival"): as_admin("GET", "/admin/connections/{0.connection}/arrival"),
    ("GET", "/admin/connections/<connection>/arrival.json"): as_admin(
        "GET", "/admin/connections/{0.connection}/arrival.json"
    ),
    ("POST", "/admin/connections/<connection>/package"): as_admin("POST", "/admin/connections/{0.connection}/package"),
    ("GET", "/admin/connections/<connection>/write-back"): as_admin(
        "GET", "/admin/connections/{0.connection}/write-back"
    ),
    ("POST", "/admin/connections/<connection>/write-back/replay"): as_admin(
        "POST", "/admin/connections/{0.connection}/write-back/replay"
    ),
    ("POST", "/admin/connections/<connection>/write-back/leave"): as_admin(
        "POST", "/admin/connections/{0.connection}/write-back/leave"
    ),
    ("GET", "/admin/figures"): as_admin("GET", "/admin/figures?connection={0.connection}"),
    ("GET", "/admin/alerts"): as_admin("GET", "/admin/alerts"),
    ("POST", "/admin/alerts/test"): as_admin("POST", "/admin/alerts/test"),
    ("GET", "/admin/jobs"): as_admin("GET", "/admin/jobs"),
    ("GET", "/admin/jobs/<number>"): as_admin("GET", "/admin/jobs/1"),
    ("POST", "/admin/jobs/replay"): as_admin("POST", "/admin/jobs/replay"),
    ("POST", "/admin/jobs/drop"): as_admin("POST", "/admin/jobs/drop"),
    ("GET", "/admin/imports"): as_admin("GET", "/admin/imports"),
    ("GET", "/admin/connections/<connection>/api-keys"): as_admin("GET", "/admin/connections/{0.connection}/api-keys"),
    ("POST", "/admin/connections/<connection>/api-keys"): as_admin(
        "POST", "/admin/connections/{0.connection}/api-keys"
    ),
    ("GET", "/openapi.json"): public("/openapi.json"),
    ("GET", "/docs"): public("/docs"),
    # a viewer's token is nobody's there; a service's own reach is in tests/machines/callers/test_reach.py
    ("GET", "/api/v1/scores/<capability>/<type>/<id>"): {
        "record": lambda me, them: me.world.client.get(
            f"/api/v1/scores/lead_score/{them.record}", headers={"Authorization": f"Bearer {me.token}"}
        ),
    },
    ("POST", "/api/v1/scores:batch"): {
        "record": lambda me, them: me.world.client.post(
            "/api/v1/scores:batch",
            json={"capability": "lead_score", "records": [them.record]},
            headers={"Authorization": f"Bearer {me.token}"},
        ),
    },
    ("PUT", "/api/v1/scores"): {
        "record": lambda me, them: bring(
            me.world, {"Authorization": f"Bearer {me.token}"}, lines(row(record=them.record))
        ),
    },
    ("GET", "/admin/origins"): as_admin("GET", "/admin/origins"),
    ("GET", "/admin/decisions"): as_admin("GET", "/admin/decisions"),
    ("POST", "/admin/decisions/export"): as_admin("POST", "/admin/decisions/export"),
    ("GET", "/admin/decisions/<decision>"): as_admin(
        "GET", "/admin/decisions/{0.decision}", "decision, "
    ),
    ("GET", "/admin/decisions/<decision>/letter"): as_admin(
        "GET", "/admin/decisions/{0.decision}/letter", "decision, "
    ),
    ("GET", "/admin/sign-in"): as_admin("GET", "/admin/sign-in"),
    ("GET", "/admin/callback"): as_admin("GET", "/admin/callback?state=x&code=x"),
    ("GET", "/admin/enter"): as_admin("GET", "/admin/enter"),
    ("POST", "/admin/enter"): as_admin("POST", "/admin/enter"),
    ("POST", "/admin/leave"): as_admin("POST", "/admin/leave"),
    ("GET", "/icons/<name>"): public("/icons/color-32.png"),
    ("GET", "/pages/<connection>/<name>"): public("/pages/acme/pane"),  # holds nobody's data
    ("POST", "/pages/<connection>/<name>"): public("/pages/acme/pane"),  # nor does it take any
    ("GET", "/launch/<connection>"): {
        "connection": lambda me, them: me.world.client.get(
            f"/launch/{them.connection}?component=score-badge&record={them.record}", headers=me.heads
        ),
    },
    ("GET", "/oauth/<connection>/start"): {
        "connection": lambda me, them: me.world.client.get(
            f"/oauth/{them.connection}/start?challenge={'x' * 43}&component=score-badge&record={them.record}"
        ),
    },
    ("GET", "/oauth/<connection>/callback"): {"session": sign_in("get", "callback", "query_string")},
    ("POST", "/oauth/<connection>/callback"): {"session": sign_in("post", "callback", "data")},
    ("POST", "/oauth/<connection>/connect"): {"session": sign_in("post", "connect", "data")},
    ("POST", "/launch/<connection>"): {
        "used proof": lambda me, them: me.launch(them.proof, them.connection),
        "proof elsewhere": lambda me, them: me.launch(them.prove(), me.connection)
        if me.connection != them.connection
        else me.launch(them.proof),
        "connection": lambda me, them: me.launch(me.prove(), them.connection)
        if me.connection != them.connection
        else me.launch(me.proof),
        # a page's own markup names the record there, so its host is asked
        "record": lambda me, them: me.launch(
            me.prove(them.record) if me.framed else them.proof, component="score-card"
        ),
        "component": lambda me, them: me.launch(me.prove(), component="admin"),
        "reference": lambda me, them: me.launch(them.reference, them.connection),
    },
    ("POST", "/session"): {
        "used proof": lambda me, them: me.exchange(them.proof, them.record, connection=them.connection),
        "connection": lambda me, them: me.exchange(me.prove(), them.record, connection=them.connection)
        if me.connection != them.connection
        else me.exchange(me.proof, them.record),
        "record": lambda me, them: me.exchange(me.prove(), them.record)
        if me.name != them.name
        else me.exchange(them.proof, them.record),
        "record, proven": lambda me, them: me.exchange(
            me.prove(them.record) if me.framed else them.proof, them.record, component="score-card"
        ),
        "session token": lambda me, them: me.exchange(them.token, them.record),
        "component": lambda me, them: me.exchange(me.prove(), me.record, component="admin"),
    },
    ("DELETE", "/session"): {"session": end},
    ("POST", "/session/renew"): {
        "session token": renew("token"),
        "session": renew("session"),
        "used proof": renew("proof"),
        "reference": renew("reference"),
    },
    ("GET", "/components/<tag>"): {
        "record": lambda me, them: me.get(them.record),
        "record, card": lambda me, them: me.get(them.record, "score-card"),
        "etag": lambda me, them: me.get(them.record, etag=them.etags[0]),
        "etag, card": lambda me, them: me.get(them.record, "score-card", etag=them.etags[1]),
        "etag on mine": lambda me, them: me.get(me.record, etag=them.etags[0]),
        "decision": lambda me, them: me.get(f"Lead/{them.decision}"),
        "session": lambda me, them: me.get(them.record, token=them.session),
        "session token": lambda me, them: replace(me, connection="evil").get(them.record, token=them.token),
        "used proof": lambda me, them: me.get(them.record, token=them.proof[:4000]),
        "component": lambda me, them: me.get(them.record, "admin"),
    },
    ("POST", "/reviews"): {
        "record": review(record="record", decision="decision"),
        "decision": review(decision="decision"),
        "session": review(token="session"),
        "used proof": review(token="proof"),
    },
    ("POST", "/thumbs"): {
        "record": post("/thumbs", record="record"),
        "decision": post("/thumbs", record="record", decision="decision"),
        "session": post("/thumbs", record="record", token="session"),
        "used proof": post("/thumbs", record="record", token="proof"),
    },
    ("POST", "/satisfaction"): {
        "record": post("/satisfaction", record="record"),
        "session": post("/satisfaction", record="record", token="session"),
        "used proof": post("/satisfaction", record="record", token="proof"),
    },
    ("POST", "/exports"): {
        "record": post("/exports", record="record"),
        "session": post("/exports", record="record", token="session"),
        "used proof": post("/exports", record="record", token="proof"),
    },
    ("POST", "/components:batch"): {
        "record": lambda me, them: me.batch(f"score-badge {them.record} -", f"score-card {them.record} -"),
        "etag": lambda me, them: me.batch(f"score-badge {them.record} {them.etags[0]}"),
        "etag, card": lambda me, them: me.batch(f"score-card {them.record} {them.etags[1]}"),
        "etag on mine": lambda me, them: me.batch(f"score-badge {me.record} {them.etags[0]}"),
        "beside mine": lambda me, them: me.batch(f"score-card {me.record} -", f"score-card {them.record} -"),
        "decision": lambda me, them: me.batch(f"score-card Lead/{them.decision} -"),
        "session": lambda me, them: me.batch(f"score-card {them.record} -", token=them.session),
        "session token": lambda me, them: replace(me, connection="evil").batch(
            f"score-card {them.record} -", token=them.token
        ),
        "component": lambda me, them: me.batch(f"admin {them.record} -", style="admin"),
    },
    ("GET", "/api/v1/decisions/<decision>"): {
        "decision": lambda me, them: explained(me, them.decision),
        "decision, their session": lambda me, them: explained(me, them.decision, token=them.session),
        "decision, their token elsewhere": lambda me, them: explained(
            replace(me, connection="evil"), them.decision, token=them.token
        ),
        "record": lambda me, them: explained(me, them.record),
        "session": lambda me, them: explained(me, them.session),
        "reference": lambda me, them: explained(me, them.reference),
    },
    ("POST", "/events/<connection>"): {
        "event secret": lambda me, them: event(me, them, me.event_secret)
        if me.connection != them.connection
        else event(me, them, "whsec_" + base64.b64encode(b"x" * 24).decode()),
    },
    ("POST", "/events/<connection>/<token>"): {"connection": addressed},
    ("POST", "/reports/csp"): {"connection": csp},
    ("POST", "/reports/panel"): {
        "connection": lambda me, them: me.world.client.post(f"/reports/panel?connection={them.connection}"),
    },
}  # fmt: skip


def test_every_address_is_crossed(actors: dict[str, Actor]) -> None:
    [world] = {id(each.world): each.world for each in actors.values()}.values()
    assert mapped(world) == set(REACHES), "a new address: write down what of another's could be named there"


@pytest.mark.parametrize(
    ("route", "name"),
    [(route, name) for route, reaches in REACHES.items() for name in reaches],
    ids=[f"{' '.join(route)}: {name}" for route, reaches in REACHES.items() for name in reaches],
)
def test_nobody_gets_what_is_another_s(actors: dict[str, Actor], route: tuple[str, str], name: str) -> None:
    for me, them in permutations(actors.values(), 2):
        if (same := me.record == them.record) and "record" in name:
            continue  # in another connection, of the same name: that is theirs too
        answer = REACHES[route][name](me, them)
        said = answer.get_data().decode(errors="replace") + f"\n{answer.headers}"
        about = f"{me} reached for {them}"
        assert them.mark not in said, about
        for theirs in (them.session, them.decision, them.event_secret, them.token.rpartition(".")[2]):
            if not name.startswith(("decision", "session")):  # there it was we who named it
                assert theirs not in said, about
        if me.connection != them.connection and name not in {"reference", "connection"}:  # of that door, not of theirs
            assert them.reference not in said, about
        if name.startswith("etag"):
            mine = same or "mine" in name
            assert answer.status_code != 304, about
            assert ("unchanged" in said) is False, about
            assert (f'data-record="{them.record}"' in said) <= (mine or "denied" in said), about
            assert ("denied" in said) is not mine, about


def test_what_is_one_s_own_still_comes(actors: dict[str, Actor]) -> None:
    """After all this: from memory, with one's own tags, and nothing was ended or outdated by another."""
    for me in actors.values():
        assert me.get(me.record, etag=me.etags[0]).status_code == 304
        [card] = me.batch(f"score-card {me.record} -").json["fragments"]
        assert me.mark in card["html"]
        heads = me.heads | {"Authorization": f"Bearer {me.token}"}
        told = me.world.client.get(f"/api/v1/decisions/{me.decision}", headers=heads).json
        assert [each["label"] for each in told["factors"]] == [me.mark]
        assert told["inputs"]["activity"] == int(me.mark.split()[1])
        assert me.batch(f"score-card {me.record} {me.etags[1]}").json["fragments"][0]["unchanged"] is True
    [world] = {id(each.world): each.world for each in actors.values()}.values()
    assert world.audited("event.accepted") == []


def test_no_two_have_the_same_of_anything(actors: dict[str, Actor]) -> None:
    """What the matrix tells apart is apart; references are shared within a connection, as one refusal is."""
    for take in (lambda one: one.session, lambda one: one.token, lambda one: one.decision, lambda one: one.mark):
        assert len({take(each) for each in actors.values()}) == len(actors)
    assert len({each.etags for each in actors.values()}) == len(actors)
    assert len({each.reference for each in actors.values()}) == 3
    assert {launch_data(each.launch(each.prove()))["origin"] for each in actors.values() if not each.framed} == {
        "https://app.east.example", "https://app.west.example",
    }  # fmt: skip
