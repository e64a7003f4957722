"""Real servers and workers as processes of their own, on databases and a core that a test gives them."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests
from joserfc import jwk, jwt

from tests.proof.staged.load import Ask
from tests.services import free_port

INLAY = Path(sys.executable).parent / "inlay"
KEY, ORIGIN, ISSUER = "k" * 40, "http://127.0.0.1:9", "https://acme.example"
READY_S = 60.0
CONFIG = """
[server]
public_url = "http://localhost:{port}"
port = {port}
keys = ["env:INLAY_PROOF_KEY"]
allow_private = ["127.0.0.1"]
workers = {workers}
drain = "{drain}"
limit_refused = "1000000/minute"
[store]
url = "env:INLAY_PROOF_STORE"
{redis}
[cores.main]
url = "{core}"
deadline = "2s"
[capabilities.lead_score]
core = "{answers}"
records = ["Lead"]
fields = ["activity"]
ttl = "{ttl}"
[connections.acme]
host = "guest"
origins = ["{origin}"]
components = ["score-badge"]
capabilities = ["lead_score"]
issuer = "{issuer}"
audience = "inlay"
algorithms = ["HS256"]
shared_keys = {{ k1 = "env:INLAY_PROOF_KEY" }}
limit_viewer = "1000000/minute"
limit_launches = "1000000/minute"
"""


@dataclass
class Process:
    """`inlay serve` or `inlay worker` with all its workers, or a service beside them."""

    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    port: int = 0
    health: str = "/readyz"
    popen: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                self.command, stdout=log, stderr=log, env=self.environment, start_new_session=True
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(self.url + path, headers=headers, timeout=10)

    def wait_ready(self) -> None:
        until = time.monotonic() + READY_S
        while not self._ready():
            assert self.popen.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.1)

    def _ready(self) -> bool:
        try:
            return self.get(self.health).ok
        except requests.RequestException:
            return False

    def workers(self) -> list[int]:
        """Its server processes, by their ids."""
        path = Path(f"/proc/{self.popen.pid}/task/{self.popen.pid}/children")
        return [int(each) for each in path.read_text().split()]

    def pause(self) -> None:
        """It takes connections and answers nobody."""
        os.killpg(self.popen.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.killpg(self.popen.pid, signal.SIGCONT)

    def end(self) -> int:
        """Ask it to end; its exit code."""
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(30)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()


@contextmanager
def serving(
    folder: Path, store: str, core: str, *, nodes: int = 1, workers: int = 1, redis: str = "", ttl: str = "15m",
    drain: str = "0s", extra: Sequence[str] = (), stored: str = "", answers: str = "main",
) -> Iterator[list[Process]]:  # fmt: skip
    """So many nodes, ready; then one process for each further command, such as `worker`. `stored` goes to [store];
    `answers` is the capability's core."""
    environment = os.environ | {"INLAY_PROOF_KEY": KEY, "INLAY_PROOF_STORE": store, "INLAY_PROOF_REDIS": redis}
    shared = "\n".join([stored, *(['redis = "env:INLAY_PROOF_REDIS"'] if redis else [])])
    running: list[Process] = []
    try:
        for number, word in enumerate((*["serve"] * nodes, *extra)):
            port, path = free_port(), folder / f"{number}.toml"
            text = CONFIG.format(
                port=port,
                workers=workers,
                drain=drain,
                redis=shared,
                core=core,
                ttl=ttl,
                origin=ORIGIN,
                issuer=ISSUER,
                answers=answers,
            )
            path.write_text(text)
            process = Process([str(INLAY), word, "-c", str(path)], environment, folder / f"{number}.log", port)
            running.append(process)
            process.start()
        for process in running[:nodes]:
            process.wait_ready()
        yield running
    finally:
        for process in running:
            process.kill()


def run(node: Process, *command: str) -> None:
    """A command of the same configuration, such as `revoke`; it must succeed."""
    arguments = [node.command[0], *command, "-c", node.command[-1]]
    done = subprocess.run(arguments, env=node.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def proof(viewer: str, records: Sequence[str]) -> str:
    """A launch as the host's backend signs it."""
    now = int(time.time())
    claims = {
        "iss": ISSUER, "aud": "inlay", "sub": viewer, "jti": secrets.token_hex(8), "iat": now, "exp": now + 290,
        "origin": ORIGIN, "component": "score-badge", "record": list(records),
        "features": {record: {"activity": 3} for record in records},
    }  # fmt: skip
    return jwt.encode({"alg": "HS256", "kid": "k1"}, claims, jwk.OctKey.import_key(KEY))


def exchange(viewer: str, records: Sequence[str], *, looks: bool = True) -> dict[str, Any]:
    """The form of `POST /session`; `looks`: it asks for the first fragments with it."""
    return {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "subject_token": proof(viewer, records),
        "connection": "acme",
        "component": "score-badge",
        "records": list(records) if looks else [],
    }


def session(node: Process, viewer: str, records: Sequence[str], *, looks: bool = True) -> str:
    """The token of a new session."""
    for _ in range(10):  # who is told to come back does
        form = exchange(viewer, records, looks=looks)
        answer = requests.post(f"{node.url}/session", data=form, headers={"Origin": ORIGIN}, timeout=10)
        if answer.status_code != 503:
            break
        time.sleep(float(answer.headers["Retry-After"]))
    assert answer.ok, answer.text
    return str(answer.json()["access_token"])


def badge(node: Process, token: str, record: str) -> requests.Response:
    return node.get(f"/components/score-badge?record={record}", Authorization=f"Bearer {token}", Origin=ORIGIN)


def ready(node: Process, token: str, record: str, seconds: float = 20.0) -> requests.Response:
    """The badge once it has its number."""
    until = time.monotonic() + seconds
    while True:
        answer = badge(node, token, record)
        if answer.headers.get("Inlay-State") == "ready" or time.monotonic() > until:
            return answer
        time.sleep(0.1)


def look(node: Process, token: str, record: str) -> Ask:
    """What a panel that is already showing asks, again and again."""
    head = (
        f"GET /components/score-badge?record={record} HTTP/1.1\r\nHost: localhost\r\nOrigin: {ORIGIN}\r\n"
        f"Authorization: Bearer {token}"
    )
    return Ask("panel", node.port, f"{head}\r\n\r\n".encode())


def first(node: Process, viewer: str, records: Sequence[str]) -> Ask:
    """What a page asks that shows a panel for the first time."""
    body = urlencode(exchange(viewer, records), doseq=True)
    head = (
        f"POST /session HTTP/1.1\r\nHost: localhost\r\nOrigin: {ORIGIN}\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/x-www-form-urlencoded"
    )
    return Ask("first", node.port, f"{head}\r\n\r\n{body}".encode())
