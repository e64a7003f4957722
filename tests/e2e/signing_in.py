"""Everything around a sign-in, each on an origin of its own: Inlay, a page that frames a panel, a provider, a CRM."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import requests

from app.audit.log import AuditLog
from app.db import Database
from app.metrics import Metrics
from app.session.revoking import revoke
from tests.core.server import core_server
from tests.databases import migrated
from tests.e2e.demo import free_block
from tests.npm import package
from tests.world import LEAD, host_api

CONFIG = """
[server]
public_url = "http://127.0.0.1:{port}"
port = {port}
workers = 1
keys = ["file:key"]
allow_private = ["127.0.0.1", "localhost"]
[store]
url = "sqlite:///inlay.db"
[cores.main]
url = "{core}"
[capabilities.lead_score]
core = "main"
title = "Lead score"
records = ["Lead"]
fields = ["activity", "company_size", "revenue"]
[connections.portal]
host = "oidc"
origins = ["http://localhost:{page}"]
components = ["score-badge", "score-card"]
capabilities = ["lead_score"]
issuer = "http://localhost:{provider}"
audience = "inlay"
algorithms = ["RS256"]
open_records = true
records_from = "crm"
sign_in_client_id = "inlay"
sign_in_client_secret = "file:client"
[connections.pages]
host = "guest"
origins = ["http://localhost:{page}"]
components = ["score-badge", "score-card"]
capabilities = ["lead_score"]
issuer = "http://localhost:{page}"
audience = "http://127.0.0.1:{port}"
algorithms = ["HS256"]
shared_keys = {{ web = "file:key" }}
records_from = "crm"
[connections.crm]
host = "salesforce"
origins = ["http://localhost:{page}"]
components = ["score-badge", "score-card"]
capabilities = ["lead_score"]
secrets = ["file:key"]
host_url = "{api}"
token_url = "{api}/services/oauth2/token"
client_id = "inlay"
client_secret = "file:client"
sign_in_client_id = "inlay"
[connections.crm.fields.lead_score]
revenue = "AnnualRevenue"
"""
PROVIDER = Path(__file__).with_name("provider.mjs")
SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"


@dataclass
class Around:
    """The addresses, and Inlay's process."""

    folder: Path
    inlay: str
    page: str
    provider: str
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        command = [str(Path(sys.executable).with_name("inlay")), "serve", "-c", str(self.folder / "inlay.toml")]
        log = (self.folder / "serve.log").open("ab")
        with log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        until(lambda: self.process.poll() is not None or requests.get(f"{self.inlay}/readyz", timeout=1).ok)
        assert self.process.poll() is None, (self.folder / "serve.log").read_text()

    def kill(self) -> None:
        """As a machine does it that loses its power."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def revoke(self, connection: str) -> None:
        """As an admin does it beside the running server."""
        database = Database(f"sqlite:///{self.folder / 'inlay.db'}")
        revoke(database, AuditLog(database, time.time, Metrics()), connection, "", "", time.time())
        database.close()

    def framed(self, sandbox: str = "", **more: str) -> str:
        """The address of a page that frames a badge."""
        return f"{self.page}/?{urlencode({'sandbox': sandbox, **more})}"

    def panel(self, connection: str = "portal") -> str:
        return f"{self.inlay}/launch/{connection}?{urlencode({'component': 'score-badge', 'record': LEAD})}"

    def canvas(self) -> str:
        """As the host opens it that has no leave from its viewer yet."""
        asked = urlencode({"component": "score-badge", "_sfdc_canvas_auth": "user_approval_required"})
        said = urlencode({"target_origin": self.page, "instance_id": "_:panel:1"})
        return f"{self.inlay}/launch/crm?{asked}#{said}"

    def keeps_opener(self, yes: bool) -> None:
        requests.get(f"{self.provider}/opener?keep={'yes' if yes else 'no'}", timeout=5)


def until(ready: Callable[[], bool], within_s: float = 30.0) -> None:
    end = time.monotonic() + within_s
    while True:
        with suppress(requests.RequestException):
            if ready():
                return
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)


@contextmanager
def around(folder: Path) -> Iterator[Around]:
    """All of it, running. Skipped where npm is missing."""
    module = package("oidc-provider")
    first = free_block(3)
    inlay, page, provider = (
        f"http://127.0.0.1:{first}",
        f"http://localhost:{first + 1}",
        f"http://localhost:{first + 2}",
    )
    place = Around(folder, inlay, page, provider)
    shutil.copy(migrated(), folder / "inlay.db")
    for name, text in {"key": "k" * 40, "client": "a-secret-of-the-tests"}.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text)
    uri = f"{place.inlay}/oauth/portal/callback"
    command = [str(shutil.which("node")), str(PROVIDER), str(module), str(first + 2), uri]
    with core_server() as core, host_api() as api, pages(first + 1, place), running(command, folder):
        written = CONFIG.format(port=first, page=first + 1, provider=first + 2, core=core.url, api=api.url)
        (folder / "inlay.toml").write_text(written)
        until(lambda: requests.get(f"{place.provider}/.well-known/openid-configuration", timeout=1).ok)
        try:
            place.start()
            yield place
        finally:
            place.kill()


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[None]:
    with (folder / "provider.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def pages(port: int, place: Around) -> Iterator[None]:
    """The application that frames a panel; what its frame tells it is kept in `said`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = dict(each.partition("=")[::2] for each in self.path.partition("?")[2].split("&"))
            sandbox = f' sandbox="{query["sandbox"].replace("+", " ")}"' if query.get("sandbox") else ""
            panel = (
                place.canvas() if "canvas" in query else place.panel("pages" if "guest" in query else "portal")
            ).replace("&", "&amp;")
            body = (
                "<!doctype html><title>Portal</title><meta name=color-scheme content='light dark'><script>said = []; "
                "addEventListener('message', e => said.push(e.data.type || e.data))</script>"
                f'<iframe title=Score width=420 height=260 src="{panel}"{sandbox}></iframe>'
            )
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            if query.get("cut"):
                self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
