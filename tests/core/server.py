"""A real scoring core on loopback for tests. Well behaved until a test tells it otherwise.

with core_server() as core:
    core.score = 81.5                 # every answer's number
    core.behave(status(503))          # from now on; core.behave() is well again
    core.behave(slow(0.3), times=1)   # once, then well again
    assert core.asked == 2            # requests seen, whatever became of them
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

from tests.net.server import at_work

Json = dict[str, Any]
Handler = BaseHTTPRequestHandler
Behaviour = Callable[["Core", Handler, bytes], None]

LABEL = "Asked for a demo"


def good(score: float = 72.0, **changes: Any) -> Json:
    """One well-formed score; `changes` replace or add members."""
    return {
        "score": score,
        "meaning": "probability",
        "confidence": 0.8,
        "factors": [
            {
                "label": LABEL,
                "effect": 12.5,
                "direction": "up",
                "detail": "today",
                "fields": ["activity"],
            },
            {"label": "Small company", "effect": -4, "direction": "down"},
        ],
        "model": {"name": "test-core", "version": "1"},
        "computed_at": "2026-11-23T12:00:00Z",
        "valid_for_s": 900,
    } | changes


@dataclass
class Core:
    """What the server answers, and what it was asked."""

    url: str = ""
    score: float = 72.0
    changes: Json = field(default_factory=dict)  # members of every score
    api_key: str | None = None  # the one that it accepts; None accepts anybody
    requests: list[tuple[str, Json, dict[str, str]]] = field(default_factory=list)  # path, body, headers
    _behaviour: Behaviour | None = None
    _times: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def asked(self) -> int:
        return len(self.requests)

    def behave(self, behaviour: Behaviour | None = None, times: int = 1_000_000) -> None:
        self._behaviour, self._times = behaviour, times

    def next_behaviour(self) -> Behaviour:
        with self._lock:
            if self._behaviour is None or self._times <= 0:
                return well
            self._times -= 1
            return self._behaviour

    def answer_to(self, path: str, body: Json) -> Json:
        if path.endswith(":batch"):
            return {"results": [self.answer_to("/v1/score", item) for item in body["items"]]}
        return good(self.score) | self.changes


def reply(handler: Handler, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    with contextlib.suppress(OSError):
        handler.wfile.write(body)


# --- behaviours ---


def well(core: Core, handler: Handler, body: bytes) -> None:
    reply(handler, 200, json.dumps(core.answer_to(handler.path, json.loads(body))).encode())


def slow(seconds: float) -> Behaviour:
    def behave(core: Core, handler: Handler, body: bytes) -> None:
        time.sleep(seconds)
        well(core, handler, body)

    return behave


def raw(body: bytes, status: int = 200, kind: str = "application/json", **headers: str) -> Behaviour:
    """Exactly these bytes."""
    return lambda core, handler, _: reply(handler, status, body, kind, **headers)


def says(value: Any, status: int = 200) -> Behaviour:
    return raw(json.dumps(value).encode(), status)


def status(code: int, **headers: str) -> Behaviour:
    return raw(b"{}", code, **headers)


def changed(**changes: Any) -> Behaviour:
    """Scores with some members replaced: out of range, NaN, markup, long labels."""

    def behave(core: Core, handler: Handler, body: bytes) -> None:
        asked = json.loads(body)
        one = good(core.score) | changes
        answer = {"results": [one for _ in asked["items"]]} if "items" in asked else one
        reply(handler, 200, json.dumps(answer).encode())

    return behave


def dropped(core: Core, handler: Handler, body: bytes) -> None:
    """The connection breaks instead of an answer."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


HTML = raw(b"<!doctype html><title>502</title>", kind="text/html")
GARBAGE = raw(b"\x00\xff\xfenot json")
NAN = changed(score=float("nan"))
INFINITE = raw(json.dumps(good(0.5)).replace("0.5", "1e999").encode())
OUT_OF_RANGE = changed(score=100.01)
LONG_LABEL = changed(factors=[{"label": "x" * 100_000, "effect": 1}])
MARKUP = changed(factors=[{"label": "<script>alert(1)</script>", "effect": 1}])
TOO_BIG = raw(b"[" + b"1," * 3_000_000 + b"1]")


@contextlib.contextmanager
def core_server(port: int = 0) -> Iterator[Core]:
    core = Core()

    class CoreHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two packets; the second need not wait

        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            core.requests.append((self.path, {}, dict(self.headers)))
            core.next_behaviour()(core, self, b'{"items": []}')

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            core.requests.append((self.path, json.loads(body), dict(self.headers)))
            if core.api_key is not None and self.headers["Authorization"] != f"Bearer {core.api_key}":
                reply(self, 401, b'{"code": "unauthorized"}')
            else:
                core.next_behaviour()(core, self, body)

    server = _Server(("127.0.0.1", port), CoreHandler)
    core.url = f"http://127.0.0.1:{server.server_address[1]}"
    with at_work(server):
        yield core


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up early is no news."""
