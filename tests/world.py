"""A small whole world for tests: the real parts on SQLite, a real core and host API on loopback."""

from __future__ import annotations

import functools
import json
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from sqlalchemy import text
from standardwebhooks import Webhook

from app.application import build, create_app
from app.config import BrokerSettings, ConnectionSettings, Settings
from app.db import Database
from app.db.migrations import is_current, upgrade
from app.hosts._sign_in import HostTokens
from app.house import read_house
from app.jobs import Runner
from app.launch import Attest, Launch, Record, Viewer
from app.web.parts import Parts
from app.web.render import Renderer
from tests.core.server import Core, core_server
from tests.databases import hasty, migrated
from tests.hosts._proofs import BUILDERS, CLOCK, GUEST, TENANT_KEYS, FixedKeys
from tests.net.server import at_work

LEAD = "Lead/00QAB000003LeadAA2"
EVENT_TOKEN = "5f0c7d9a2b4e4c1d8e6f1a2b3c4d5e6f"
EVENT_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
FEATURES = {"activity": 3, "company_size": 250, "revenue": 1_000_000}
CONFIG = """
[server]
public_url = "https://inlay.example.com"
keys = ["file:{folder}/key"]
allow_private = ["127.0.0.1"]
compression = false
limit_refused = "100000/minute"
[store]
{store}
[cores.main]
url = "{core}"
deadline = "{deadline}"
[capabilities.lead_score]
core = "main"
title = "Lead score"
records = ["Lead"]
fields = ["activity", "company_size", "revenue"]
wait = "{wait}"
[connections.acme]
host = "salesforce"
origins = ["https://acme.my.salesforce.com", "https://acme.lightning.force.com"]
components = ["score-badge", "score-card", "score-list", "review-list"]
capabilities = ["lead_score"]
secrets = ["file:{folder}/consumer"]
issuer = "00DAB0000000001EAA"
host_url = "{api}"
token_url = "{api}/services/oauth2/token"
client_id = "inlay"
client_secret = "file:{folder}/client"
event_secrets = ["file:{folder}/event"]
event_tokens = ["file:{folder}/event-token"]
[connections.acme.fields.lead_score]
revenue = "AnnualRevenue"
[connections.acme-pages]
host = "guest"
origins = ["{origin}"]
components = ["score-badge", "score-card", "score-list", "review-list"]
capabilities = ["lead_score"]
issuer = "{issuer}"
audience = "{audience}"
algorithms = ["EdDSA"]
jwks_url = "https://app.acme.example/jwks.json"
records_from = "acme"
[connections.acme-carried]
host = "guest"
origins = ["{origin}"]
components = ["score-badge", "score-card", "score-list", "review-list"]
capabilities = ["lead_score"]
issuer = "{issuer}"
audience = "{audience}"
algorithms = ["EdDSA"]
jwks_url = "https://app.acme.example/jwks.json"
"""


# Which connection the matrix's launches of a host are for.
CONNECTIONS = {host: {"salesforce": "acme", "guest": "acme-pages"}.get(host, host) for host in BUILDERS}


def connections(directory: str) -> list[ConnectionSettings]:
    """A connection for every host as the matrix knows it, with the directory and the API behind it over there."""
    guest = replace(BUILDERS["guest"]().connection, records_from="acme")
    tokens = [make().connection for host, make in BUILDERS.items() if host not in ("salesforce", "guest")]
    entra = [replace(each, authority=directory, host_url=directory) for each in tokens if each.tenants]
    return [guest, *entra, *(each for each in tokens if not each.tenants)]


@dataclass
class HostApi:
    """The host's REST API: who may see what, by the bearer token. Tests change it as they like."""

    url: str = ""
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)  # id -> fields
    hidden_from: dict[str, set[str]] = field(default_factory=dict)  # token -> field names
    blind: set[str] = field(default_factory=set)  # tokens that see no record
    only: dict[str, set[str]] = field(default_factory=dict)  # token -> the only ids that it sees
    dead: set[str] = field(default_factory=set)  # tokens that are no longer valid
    throttled: set[str] = field(default_factory=set)  # tokens that have used up their calls of this hour
    status: int = 200  # anything else: the API is out of order
    refuses: bool = False  # tokens are neither given out nor forgotten
    calls: list[str] = field(default_factory=list)  # kinds of calls, in order

    def answer(self, path: str, query: dict[str, list[str]], token: str) -> tuple[int, Any]:
        if self.status != 200:
            return self.status, [{"errorCode": "SERVER_UNAVAILABLE", "message": "no"}]
        if token in self.throttled:
            return 429, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "no"}]
        if token in self.dead:
            return 401, [{"errorCode": "INVALID_SESSION_ID", "message": "dead"}]
        if "/ui-api/records" in path:
            return self.see(path.rsplit("/", 1)[1].split(","), query, token)
        asked, ids = query["q"][0], query["q"][0].split("'")[1::2]
        wanted = ids if "IN (" in asked else sorted(each for each in self.rows if each > "".join(ids))[:200]
        return 200, {
            "done": True,
            "records": [{"Id": each} | self.rows[each] for each in wanted if each in self.rows],
        }

    def see(self, ids: list[str], query: dict[str, list[str]], token: str) -> tuple[int, Any]:
        names = [each.partition(".")[2] for each in query.get("optionalFields", [""])[0].split(",")]
        seen = [name for name in names if name not in self.hidden_from.get(token, set())]
        results = []
        for each in ids:
            if token in self.blind or each not in self.only.get(token, {each}) or each not in self.rows:
                results.append({"statusCode": 404, "result": [{"errorCode": "NOT_FOUND", "message": "no"}]})
            else:
                fields = {name: {"value": self.rows[each].get(name)} for name in seen if name in self.rows[each]}
                body = {"id": each, "apiName": "Lead", "fields": {"Id": {"value": each}} | fields}
                results.append({"statusCode": 200, "result": body})
        if len(ids) > 1:
            return 200, {"hasErrors": False, "results": results}
        return results[0]["statusCode"], results[0]["result"]


@functools.cache
def house() -> Renderer:
    """Read and compiled once for all worlds: nothing in it changes after its start."""
    return read_house()


def launch_data(page: Any) -> dict[str, Any]:
    """What a panel's page tells its script."""
    found = re.search(r'<script type="application/json" id="inlay-launch">(.*?)</script>', page.text)
    assert found, page.text
    data: dict[str, Any] = json.loads(found[1])
    return data


@contextmanager
def host_api() -> Iterator[HostApi]:
    api = HostApi(rows={LEAD.partition("/")[2]: {"activity": 3, "company_size": 250, "AnnualRevenue": 1_000_000}})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two packets; the second need not wait

        def log_message(self, *_: Any) -> None:
            """Quiet."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            api.calls.append("access" if "ui-api" in parts.path else "read")
            token = self.headers.get("Authorization", "").partition(" ")[2]
            self.reply(*api.answer(parts.path, parse_qs(parts.query), token), wait_s=3600 * (token in api.throttled))

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            api.calls.append("token")
            self.reply(
                503 if api.refuses else 200,
                {"access_token": f"integration-{len(api.calls)}", "token_type": "Bearer", "expires_in": 600},
            )

        def reply(self, status: int, value: Any, wait_s: int = 0) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            if wait_s:
                self.send_header("Retry-After", str(wait_s))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_port}"
    with at_work(server):
        yield api


@dataclass
class Clock:
    now: float = CLOCK

    def __call__(self) -> float:
        return self.now


@dataclass
class World:
    """Everything a test asks of the whole."""

    settings: Settings
    folder: Path
    core: Core
    api: HostApi
    clock: Clock
    parts: Parts
    runner: Runner
    client: FlaskClient

    def signed(self, user: str = "005AB000001ZzZzYAK", token: str = "zoe", **said: Any) -> str:
        """A signed request as the host posts it; each one is another."""
        builder = BUILDERS["salesforce"]()
        builder = builder.said("userId", user).said("context.user.userId", user).said("client.oauthToken", token)
        builder = builder.said("client.instanceUrl", self.api.url).said("issuedAt", secrets.randbelow(2**31))
        for name, value in said.items():
            builder = builder.said(name, value)
        return str(builder.proof())

    def token(self, **claims: Any) -> str:
        """A guest token; each one is another."""
        builder = BUILDERS["guest"]().said("jti", secrets.token_hex(8))
        builder = builder.said("iat", int(self.clock.now) - 5).said("exp", int(self.clock.now) + 295)
        for name, value in claims.items():
            builder = builder.said(name, value)
        return str(builder.proof())

    def launch(self, component: str = "score-badge", **said: Any) -> Any:
        return self.client.post(f"/launch/acme?component={component}", data={"signed_request": self.signed(**said)})

    def exchange(
        self,
        records: list[str] | None = None,
        connection: str = "acme-pages",
        component: str = "score-badge",
        **claims: Any,
    ) -> Any:
        claims = {
            "record": records or [LEAD],
            "component": component,
            "fields": ["activity", "company_size", "AnnualRevenue"],
        } | claims
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": self.token(**{name: value for name, value in claims.items() if value is not None}),
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "connection": connection,
            "component": component,
            "records": records if records is not None else [LEAD],
        }
        return self.client.post("/session", data=form, headers={"Origin": GUEST["origins"][0]})

    def badge(self, token: str, record: str = LEAD, component: str = "score-badge", **headers: str) -> Any:
        """A frame's own request for one fragment."""
        named = {"Authorization": f"Bearer {token}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self.client.get(f"/components/{component}?record={record}", headers=named)

    def batch(self, token: str, items: list[str], **form: Any) -> Any:
        """An element's request for many."""
        return self.client.post(
            "/components:batch",
            data={"token": token, "item": items} | form,
            headers={"Origin": GUEST["origins"][0]},
        )

    def frame_token(self, **said: Any) -> str:
        """The session's token of a new launch page."""
        page = self.launch(**said)
        assert page.status_code == 200, page.text
        return str(launch_data(page)["token"])

    def looked_at(self) -> None:
        """Somebody looks at the lead through both connections, so that there are scores to outdate."""
        self.frame_token()
        self.element_token()

    def element_token(self, **asked: Any) -> str:
        answer = self.exchange(**asked)
        assert answer.status_code == 200, answer.text
        return str(answer.json["access_token"])

    def event(self, *records: str, connection: str = "acme", **changes: Any) -> Any:
        """An event as a host signs it, by the library that the standard offers."""
        said = {"type": "record.changed", "data": {"records": list(records)}}
        body = json.dumps(changes.pop("said", said))
        moment = datetime.fromtimestamp(changes.pop("at", self.clock.now), UTC)
        name = changes.pop("name", secrets.token_hex(8))
        signature = Webhook(changes.pop("secret", EVENT_SECRET)).sign(name, moment, body)
        headers = {
            "webhook-id": name,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": signature,
        }
        sent = {"data": body, "content_type": "application/json"} | changes
        return self.client.post(f"/events/{connection}", headers=headers, **sent)

    @contextmanager
    def another(self) -> Iterator[World]:
        """A second process on the same database."""
        with running(self.settings, self.clock) as (parts, runner):
            yield replace(self, parts=parts, runner=runner, client=create_app(parts).test_client())

    @contextmanager
    def signing_in(self) -> Iterator[World]:
        """The same, but the first connection's viewers can sign in."""
        changed = replace(self.settings.connections["acme"], sign_in_client_id="inlay-viewers")
        settings = replace(self.settings, connections={**self.settings.connections, "acme": changed})
        with running(settings, self.clock) as (parts, runner):
            yield replace(self, settings=settings, parts=parts, runner=runner, client=create_app(parts).test_client())

    def signed_in(self, tokens: HostTokens, viewer: str = "005AB000001ZzZzYAK", within: Any = None) -> str:
        """A session of a viewer who signed in, and these came of it."""
        launch = Launch(
            viewer=Viewer(viewer, "Zoë", "de"),
            records=(Record.parse(LEAD),),
            origin="https://acme.my.salesforce.com",
            component="score-badge",
            attests=frozenset({Attest.VIEWER}),
            used_key="",
            used_until=0.0,
            host_url=self.api.url,
        )
        connection = self.parts.connections.get("acme")
        return self.parts.sessions.open(launch, connection, "score-badge", "frame", tokens, within)[1]

    def run_jobs(self) -> int:
        """Run all due jobs; how many there were."""
        return sum(iter(lambda: int(self.runner.step()), 0))

    def audited(self, event: str) -> list[dict[str, Any]]:
        """The rows of one event, oldest first."""
        with self.parts.database.read() as conn:
            rows = conn.execute(text("SELECT * FROM audit WHERE event = :event ORDER BY seq"), {"event": event})
            return [dict(row) | json.loads(row["detail"] or "{}") for row in rows.mappings()]


@contextmanager
def world(
    folder: Path,
    *,
    wait: str = "10s",
    deadline: str = "10s",
    connections: Sequence[ConnectionSettings] = (),
    store: str = "",
    redis: str = "",
    broker: BrokerSettings | None = None,
) -> Iterator[World]:
    """A world of its own in this folder. `connections` take the places of those of their names; `store` and
    `redis` are URLs of what it uses instead of a file there and of nothing. `broker` has the events of the first
    connection in the queue that is called as its exchange, and is told its scores."""
    for name, value in {
        "key": "k" * 40,
        "consumer": "4D1C2B3A5E6F",
        "client": "client-secret-of-the-tests",
        "event": EVENT_SECRET,
        "event-token": EVENT_TOKEN,
    }.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(value)
    with core_server() as core, host_api() as api:
        config = CONFIG.format(
            store=_store(folder, store, redis),
            folder=folder,
            core=core.url,
            api=api.url,
            wait=wait,
            deadline=deadline,
            origin=GUEST["origins"][0],
            issuer=GUEST["issuer"],
            audience=GUEST["audience"],
        )
        (folder / "inlay.toml").write_text(config)
        settings, clock = Settings.parse(config, str(folder / "inlay.toml"), folder), Clock()
        named = {each.name: each for each in connections}
        if broker is not None:
            uses = {"broker": broker.name, "broker_queue": broker.exchange, "publish": ("lead_score",)}
            named["acme"] = replace(named.get("acme", settings.connections["acme"]), **uses)
            settings = replace(settings, brokers={broker.name: broker})
        settings = replace(settings, connections={**settings.connections, **named})
        with running(settings, clock) as (parts, runner):
            yield World(settings, folder, core, api, clock, parts, runner, create_app(parts).test_client())


def _store(folder: Path, url: str, redis: str) -> str:
    """The lines of `[store]`, of a database that is there and has a life of its own."""
    if not url and not (folder / "inlay.db").exists():
        shutil.copy(migrated(), folder / "inlay.db")
    if url or redis:
        with closing(Database(url or f"sqlite:///{folder}/inlay.db")) as database:
            if url and not is_current(database):
                upgrade(database)
            if redis:  # the copies of one file would believe each other's scores
                with database.begin() as conn:
                    conn.execute(text("UPDATE epoch SET life = :life"), {"life": secrets.token_hex(8)})
    (folder / "store").touch(mode=0o600)
    (folder / "store").write_text(url or f"sqlite:///{folder}/inlay.db")
    own = f'url = "file:{folder}/store"\nkey_store = "sqlite:///{folder}/inlay-keys.db"'
    return own + (f'\nredis = "{redis}"' if redis else "")


@contextmanager
def running(settings: Settings, clock: Clock) -> Iterator[tuple[Parts, Runner]]:
    """The parts of one process; the issuer's keys are at hand instead of behind an address."""
    parts, runner = build(settings, clock, house())
    hasty(parts.database)
    hasty(parts.subject_keys.store.file)
    try:
        yield replace(parts, keys=FixedKeys("ed", "es", "rs", *TENANT_KEYS)), runner
    finally:
        parts.close()
