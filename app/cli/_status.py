"""What a worker says of itself to machines: `/metrics` of all of its processes, and `/healthz`."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from app.db import Database
from app.db.jobs import depth
from app.errors import StoreUnavailable
from app.metrics import Metrics
from app.net.ports import family

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SLOW_S = 5.0  # that a client may take for its request


class Status:
    """The WSGI application. Healthy is a worker all of whose processes run; one that died is soon replaced."""

    def __init__(self, metrics: Metrics, database: Database, alive: Callable[[], int], wanted: int) -> None:
        self._metrics, self._database = metrics, database
        self._alive, self._wanted = alive, wanted

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, (body, content_type) = "200 OK", (b"There are /metrics and /healthz here.\n", "text/plain")
        if environ["PATH_INFO"] == "/metrics":
            body, content_type = self._counted()
        elif environ["PATH_INFO"] == "/healthz":
            alive = self._alive()
            well = alive >= self._wanted
            status = "200 OK" if well else "503 Service Unavailable"
            told = {"status": "ok" if well else "short", "processes": alive, "wanted": self._wanted}
            body, content_type = json.dumps(told).encode(), "application/json"
        else:
            status = "404 Not Found"
        start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [body]

    def _counted(self) -> tuple[bytes, str]:
        self._metrics.gauge("processes", self._alive())
        with suppress(StoreUnavailable):  # the rest is worth having without it
            for state, jobs in depth(self._database, time.time()).items():
                self._metrics.gauge("jobs_depth", jobs, state=state)
        return self._metrics.render()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def __init__(self, at: tuple[str, int], handler: type[WSGIRequestHandler]) -> None:
        self.address_family = family(at[0])
        super().__init__(at, handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # the one between would ask a name server for our name
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()


class _Handler(WSGIRequestHandler):
    timeout = SLOW_S

    def log_message(self, *_: object) -> None:
        """Nothing: machines ask all day."""


@contextmanager
def answering(status: Status, address: str, port: int) -> Iterator[int]:
    """Answers there until it is left; gives the port. Raises OSError when that is taken."""
    server = make_server(address, port, status, _Server, _Handler)
    thread = threading.Thread(target=server.serve_forever, name="status", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
