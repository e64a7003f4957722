"""What stands around blank panels: Inlay, pages that frame it, a provider, a dead core; one mistake a connection."""

from __future__ import annotations

import html
import json
import secrets
import shutil
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jws
from joserfc.jwk import OctKey
from werkzeug.serving import WSGIRequestHandler, make_server

from app.application import build, create_app
from app.config import Settings
from app.web.parts import Parts
from tests.core.server import core_server
from tests.databases import migrated
from tests.e2e.demo import free_block
from tests.hosts._proofs import canvas
from tests.net.certificates import self_signed
from tests.world import LEAD, HostApi, host_api, house

KEY = "k" * 40
BLIND = "sees-no-record"
HEAD = """
[server]
public_url = "{own}"
keys = ["file:key"]
allow_private = ["127.0.0.1", "localhost"]
[store]
url = "sqlite:///inlay.db"
[cores.main]
url = "{core}"
[cores.dead]
url = "http://127.0.0.1:1"
deadline = "1s"
[capabilities.lead_score]
core = "main"
records = ["Lead"]
fields = ["activity", "company_size"]
[capabilities.dead_score]
core = "dead"
records = ["Lead"]
fields = ["activity", "company_size"]
[connections.crm]
host = "salesforce"
origins = ["{page}"]
components = ["score-badge"]
capabilities = ["lead_score"]
secrets = ["file:consumer"]
issuer = "00DAB0000000001EAA"
host_url = "{api}"
token_url = "{api}/services/oauth2/token"
client_id = "inlay"
client_secret = "file:key"
"""
GUEST = """
[connections.{name}]
host = "guest"
origins = ["{origin}"]
components = ["score-badge"]
capabilities = ["{capability}"]
issuer = "portal"
audience = "{own}"
algorithms = ["HS256"]
shared_keys = {{ web = "file:key" }}
records_from = "crm"
rollout = {rollout}
"""
SIGN_IN = """
[connections.{name}]
host = "oidc"
origins = ["{page}"]
components = ["score-badge"]
capabilities = ["lead_score"]
issuer = "{page}"
audience = "inlay"
algorithms = ["RS256"]
open_records = true
records_from = "crm"
sign_in_client_id = "inlay"
"""
GUESTS = ("fine", "off", "framed", "key", "audience", "clock", "origin")


@dataclass
class Places:
    """The addresses, and the parts behind Inlay's."""

    folder: Path
    parts: Parts
    inlay: str
    page: str  # listed
    unlisted: str  # the same server by another name
    public: str  # and by one that a browser takes for one of the internet
    secure: str  # and over TLS
    insecure: str  # Inlay by a name that no browser takes for a machine's own


@contextmanager
def places(folder: Path) -> Iterator[Places]:
    """All of them, running."""
    for name, text in {"key": KEY, "consumer": canvas().secret}.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text)
    own = free_block(3)
    page, tls = own + 1, own + 2
    with ExitStack() as stack:
        core, api = stack.enter_context(core_server()), stack.enter_context(host_api())
        api.blind.add(BLIND)
        at = {
            "inlay": f"http://127.0.0.1:{own}",
            "page": f"http://localhost:{page}",
            "unlisted": f"http://127.0.0.1:{page}",
            "public": f"http://portal.example:{page}",
            "secure": f"https://portal.example:{tls}",
            "insecure": f"http://inlay.example:{own}",
        }
        words = {"core": core.url, "api": api.url, "page": at["page"]}
        settings = _written(folder, words | {"own": at["inlay"]}, _connections(at))
        parts = stack.enter_context(_served(settings, own))
        made = Places(folder, parts, **at)
        stack.enter_context(_pages(page, made, api))
        stack.enter_context(_pages(tls, made, api, self_signed(folder, "127.0.0.1")[0]))
        yield made


def _connections(at: dict[str, str]) -> str:
    own, page = at["inlay"], at["page"]
    texts = [_guest(name, own, page, rollout=name != "off") for name in GUESTS]
    texts += [_guest("private", own, at["public"]), _guest("mixed", own, at["secure"])]
    texts += [_guest("core", own, page, "dead_score")]
    texts += [SIGN_IN.format(name=name, page=page) for name in ("redirect", "popup")]
    return "".join(texts)


def _guest(name: str, own: str, origin: str, capability: str = "lead_score", *, rollout: bool = True) -> str:
    said = "true" if rollout else "false"
    return GUEST.format(name=name, own=own, origin=origin, capability=capability, rollout=said)


def _written(folder: Path, words: dict[str, str], connections: str) -> Settings:
    shutil.copy(migrated(), folder / "inlay.db")
    path = folder / "inlay.toml"
    path.write_text(HEAD.format(**words) + connections)
    return Settings.load(path)


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def _served(settings: Settings, port: int) -> Iterator[Parts]:
    parts, _ = build(settings, renderer=house())
    parts.epochs.follow()
    server = make_server("127.0.0.1", port, create_app(parts), threaded=True, request_handler=_Quiet)
    with _serving(server):
        yield parts
    parts.close()


@contextmanager
def _serving(server: Any) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def token(place: Places, connection: str, **changes: Any) -> str:
    """A launch as the application's backend signs it, but for one mistake."""
    now, key = int(time.time()), changes.pop("key", KEY)
    claims = {
        "iss": "portal", "aud": place.inlay, "sub": "zoe", "origin": place.page, "component": "score-badge",
        "record": LEAD, "jti": secrets.token_hex(8), "iat": now, "exp": now + 300,
    } | changes  # fmt: skip
    header = {"alg": "HS256", "kid": "web", "typ": "JWT"}
    return jws.serialize_compact(header, json.dumps(claims).encode(), OctKey.import_key(key), algorithms=["HS256"])


def _proof(place: Places, connection: str, api: HostApi) -> tuple[str, str]:
    """The field and the value of the form that a page posts into its frame."""
    mistakes: dict[str, dict[str, Any]] = {
        "key": {"key": "x" * 40},
        "audience": {"aud": "https://somebody-else.example"},
        "clock": {"iat": int(time.time()) - 900, "exp": int(time.time()) - 600},
        "private": {"origin": place.public},
    }
    if connection != "crm":
        return "token", token(place, connection, **mistakes.get(connection, {}))
    signed = canvas().said("client.oauthToken", BLIND).said("client.instanceUrl", api.url)
    signed = signed.said("issuedAt", secrets.randbelow(2**31)).said("client.targetOrigin", place.page)
    return "signed_request", signed.proof()


def _body(place: Places, path: str, connection: str, api: HostApi) -> str:
    """The pages of the application: one that frames a panel, one with an element, and a provider's."""
    panel = f"{place.inlay}/launch/{connection}?component=score-badge"
    if path == "/element":
        proof = token(place, connection, origin=place.unlisted)
        return (
            f'<script src="{place.inlay}/embed/inlay.js"></script>'
            f"<script>Inlay.configure({{connection: '{connection}', getToken: () => '{proof}'}})</script>"
            f'<inlay-score-badge record="{LEAD}"></inlay-score-badge>'
        )
    if path == "/mixed":
        return f'<iframe src="{place.insecure}/launch/mixed?component=score-badge"></iframe>'
    if path == "/sign-in":
        sandbox = " sandbox='allow-scripts allow-same-origin'" if connection == "popup" else ""
        return f'<iframe src="{html.escape(f"{panel}&record={LEAD}")}"{sandbox}></iframe>'
    if path == "/authorize":
        return "<h1>redirect_uri_mismatch</h1>The redirect address is not registered for this app."
    field, proof = _proof(place, connection, api)
    return (
        f'<iframe name=panel></iframe><form method=post target=panel action="{panel}">'
        f"<input name={field} value='{proof}'></form><script>document.forms[0].submit()</script>"
    )


@contextmanager
def _pages(port: int, place: Places, api: HostApi, context: ssl.SSLContext | None = None) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/.well-known/openid-configuration":
                found = {
                    "issuer": place.page,
                    "jwks_uri": f"{place.page}/keys",
                    "token_endpoint": f"{place.page}/token",
                }
                return self.answer(
                    "application/json", json.dumps(found | {"authorization_endpoint": f"{place.page}/authorize"})
                )
            if parts.path == "/favicon.ico":
                return self.answer("text/plain", "")
            connection = parse_qs(parts.query).get("k", [""])[0]
            return self.answer(
                "text/html", "<!doctype html><title>Portal</title>" + _body(place, parts.path, connection, api)
            )

        def answer(self, kind: str, body: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            if (self.headers.get("Host") or "").startswith("portal.example") and context is None:
                # its address is this machine's own: so a page says that it is to be taken for one of the internet
                self.send_header("Content-Security-Policy", "treat-as-public-address")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    with _serving(server):
        yield
