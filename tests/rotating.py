"""A host that rotates refresh tokens strictly, and the identities of one process that lean on it.

Run as a program, this is another process on the same database: it says `ready`, waits for a line, and then asks
for the viewer's token so many times, calling each one dead, and says what it got.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Lock
from typing import Any
from urllib.parse import parse_qs

from app.audit import AuditLog
from app.config import Settings
from app.connections import Connections
from app.db import Database
from app.errors import Busy
from app.hosts._oauth import IntegrationTokens
from app.hosts._sign_in import HostTokens
from app.keys import Keyring
from app.launch import Attest, Record, Viewer
from app.metrics import Metrics
from app.net.door import Door
from app.net.permits import Permits
from app.session.bearer import Session
from app.session.identities import Identities
from tests.hosts._proofs import CLOCK, FixedKeys
from tests.net.server import Site, answer, serving

KEY = "k" * 40
CONFIG = """
[server]
public_url = "https://inlay.example.com"
keys = ["env:INLAY_TEST_KEY"]
allow_private = ["127.0.0.1"]
[connections.helpdesk]
host = "servicenow"
origins = ["https://acme.service-now.example"]
components = ["score-badge"]
capabilities = []
host_url = "{host}"
sign_in_client_id = "inlay"
"""
FIRST = HostTokens("access-1", CLOCK + 1800, "refresh-1")


@dataclass
class Rotating:
    """Each refresh token is good once; a second use is the end of all, as hosts take it for theft."""

    site: Site
    number: int = 1
    pause_s: float = 0.0
    status: int = 200
    reused: bool = False
    revoked: list[str] = field(default_factory=list)
    refreshed: list[str] = field(default_factory=list)
    during: Callable[[], Any] = lambda: None  # happens while the host thinks
    lock: Lock = field(default_factory=Lock)

    def token(self, handler: BaseHTTPRequestHandler) -> None:
        given = self._form()["refresh_token"]
        time.sleep(self.pause_s)
        self.during()
        if self.status != 200:
            answer(handler, self.status)
            return
        with self.lock:
            self.reused = self.reused or given in self.refreshed
            good = given == f"refresh-{self.number}" and not self.reused
            self.refreshed.append(given)
            self.number += int(good)
            body: dict[str, Any] = {"access_token": f"access-{self.number}", "refresh_token": f"refresh-{self.number}"}
        body |= {"token_type": "Bearer", "expires_in": 1800}
        answer(handler, 200 if good else 400, json.dumps(body if good else {"error": "invalid_grant"}).encode())

    def revoke(self, handler: BaseHTTPRequestHandler) -> None:
        self.revoked.append(self._form()["token"])
        answer(handler, self.status, b"")

    def _form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.site.seen[-1].body.decode()).items()}


@contextmanager
def rotating() -> Iterator[Rotating]:
    with serving() as site:
        host = Rotating(site)
        site.routes |= {"/oauth_token.do": host.token, "/oauth_revoke_token.do": host.revoke}
        yield host


@dataclass
class Process:
    """What one process has."""

    database: Database
    identities: Identities
    audit: AuditLog
    door: Door

    def close(self) -> None:
        self.door.close()
        self.database.close()


def process(url: str, host: str, clock: Callable[[], float] = lambda: CLOCK, keys: tuple[str, ...] = (KEY,)) -> Process:
    os.environ["INLAY_TEST_KEY"] = KEY
    settings = Settings.parse(CONFIG.format(host=host))
    database, metrics = Database(url), Metrics()
    audit, door = AuditLog(database, clock, metrics), Door(("127.0.0.1",))
    connections = Connections(settings, door, IntegrationTokens(door, clock), metrics)
    keyring = Keyring.from_secrets(keys)
    identities = Identities(database, keyring, audit, connections, door, Permits(), FixedKeys("rs"), clock)
    return Process(database, identities, audit, door)


def session(name: str = "one", viewer: str = "zoe", at: float = CLOCK) -> Session:
    return Session(
        id=name,
        connection="helpdesk",
        viewer=Viewer(viewer),
        origin="https://acme.service-now.example",
        component="score-badge",
        records=(Record("incident", "0" * 32),),
        attests=frozenset({Attest.VIEWER}),
        mode="frame",
        opened_at=at,
        expires_at=at + 600,
    )


def _ask(here: Process, times: int) -> Iterator[str]:
    token = ""
    while times:
        try:
            token = here.identities.get(session(), "", dead=token).token
        except Busy:
            continue
        times -= 1
        yield token


if __name__ == "__main__":
    url, host, times = sys.argv[1:]
    here = process(url, host)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for token in _ask(here, int(times)):
        sys.stdout.write(f"{token}\n")
    here.close()
