"""The clients of the bench: they count what was answered, and end at what was not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench import load
from bench.rows import get

WRONG = "/wrong"


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(404 if self.path == WRONG else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"42")

    def log_message(self, *_: object) -> None:
        """Nothing: what it says is noise between tests."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize("client", [load.viewers, load.volley])
def test_each_viewer_of_a_burst_is_timed(port: int, client: load.Burst) -> None:
    took = client(port, [get("/")] * 5)
    assert len(took) == 5
    assert min(took) > 0


@pytest.mark.parametrize("client", [load.viewers, load.volley])
def test_one_viewer_with_a_wrong_answer_ends_the_measurement(port: int, client: load.Burst) -> None:
    with pytest.raises(load.WrongAnswerError):
        client(port, [get("/"), get(WRONG)])
