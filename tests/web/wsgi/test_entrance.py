"""The outermost layer: threads that answer are counted, connections are given back before the end."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from werkzeug.test import Client

from app.db.gate import MOST, Gate
from app.errors import StoreUnavailable
from app.node import Node
from app.web.wsgi.entrance import Entrance


def answer(_environ: Any, start: Any) -> list[bytes]:
    start("200 OK", [("Content-Length", "2")])
    return [b"ok"]


def test_connections_are_kept_until_the_node_is_about_to_end() -> None:
    node = Node()
    client = Client(Entrance(answer, Gate(), node))
    assert "Connection" not in client.get("/").headers
    node.drain()
    ended = client.get("/")
    assert (ended.headers["Connection"], ended.data) == ("close", b"ok")


def test_threads_that_answer_requests_are_bounded_in_the_database() -> None:
    gate, over, inside = Gate(), threading.Event(), threading.Semaphore(0)

    def slow(environ: Any, start: Any) -> list[bytes]:
        with gate.entered():
            inside.release()
            over.wait(10)
        return answer(environ, start)

    client = Client(Entrance(slow, gate, Node()))
    threads = [threading.Thread(target=client.get, args=("/",)) for _ in range(MOST)]
    for thread in threads:
        thread.start()
        assert inside.acquire(timeout=5)
    with pytest.raises(StoreUnavailable):
        client.get("/")
    over.set()
    for thread in threads:
        thread.join()
