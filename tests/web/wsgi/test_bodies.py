"""Bodies that never end: they take the threads that may read bodies, and no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from werkzeug.test import Client, create_environ

from app.web.wsgi.bodies import MAX_PAIRS, Bodies
from tests.world import World


class Stalled:
    """A client that promised a body and says nothing."""

    def __init__(self) -> None:
        self.asked, self.ends = threading.Event(), threading.Event()

    def read(self, _: int) -> bytes:
        self.asked.set()
        self.ends.wait(10)
        return b""


def test_a_stalled_launch_holds_no_other_request(world: World) -> None:
    app = world.client.application
    app.wsgi_app = Bodies(app.wsgi_app, 3)  # type: ignore[method-assign]
    token = world.frame_token()
    stalled = Stalled()
    held = threading.Thread(target=posted, args=(world, stalled))
    held.start()
    try:
        assert stalled.asked.wait(10)
        assert world.client.get("/healthz").status_code == 200
        assert world.badge(token).status_code == 200
        refused = world.launch()
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert "frame-ancestors https://acme" in refused.headers["Content-Security-Policy"]
    finally:
        stalled.ends.set()
        held.join()
    assert world.launch().status_code == 200


def test_a_body_is_read_as_it_came() -> None:
    def echo(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [])
        return [environ["wsgi.input"].read(3), environ["wsgi.input"].read()]

    assert Client(Bodies(echo, 1)).post("/", data=b"abcdef").data == b"abcdef"


def posted(world: World, body: Stalled) -> None:
    environ = create_environ("/launch/acme?component=score-badge", method="POST")
    environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"] = "application/x-www-form-urlencoded", "1000"
    environ["wsgi.input"] = body
    list(world.client.application.wsgi_app(environ, lambda *_: None))  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    "path", ["/session", "/launch/acme?component=score-badge", "/components:batch", "/session/renew"]
)
def test_a_form_of_very_many_pairs_is_not_parsed(world: World, path: str) -> None:
    form = {"content_type": "application/x-www-form-urlencoded"}
    assert world.client.post(path, data=b"a&" * MAX_PAIRS, **form).status_code == 413
    assert world.audited("request.refused")[0]["reason"] in {"too-many-pairs", "http-413"}
    assert world.client.post(path, data=b"a&" * (MAX_PAIRS - 1), **form).status_code != 413


def test_an_address_of_very_many_pairs_is_not_parsed(world: World) -> None:
    answer = world.client.post("/launch/acme?" + "a&" * 101, data={"a": "b"})
    assert (answer.status_code, answer.json["code"]) == (400, "bad-request")


def test_another_body_may_hold_what_looks_like_pairs(world: World) -> None:
    assert world.client.post("/events/acme", data=b"&" * 5000, content_type="application/json").status_code == 403
