"""What the pages know of the other services: asked beside them, shared between them, never an exception."""

from __future__ import annotations

import time

import pytest
from flask import Flask, Response

from app.demo.crm import health
from app.demo.crm.health import Health
from tests.demo.crm.browser import serving

NOWHERE = "http://127.0.0.1:9/healthz"


def service(asked: list[str]) -> Flask:
    app = Flask("service")

    @app.get("/healthz")
    def alive() -> str:
        asked.append("healthz")
        return "ok"

    @app.get("/broken")
    def broken() -> Response:
        return Response("{", mimetype="application/json")

    return app


def test_tells_who_answers_and_asks_once_for_all() -> None:
    asked: list[str] = []
    with serving(service(asked)) as server:
        url = f"http://127.0.0.1:{server.server_port}/healthz"
        looking = Health({"up": url, "down": NOWHERE})
        assert looking.look() == looking.look() == {"up": True, "down": False}
    assert asked == ["healthz"]


def test_hopes_first_and_knows_later(monkeypatch: pytest.MonkeyPatch) -> None:
    looking = Health({"down": NOWHERE})
    assert looking.last("down") is True
    until = time.monotonic() + 5
    while looking.last("down") and time.monotonic() < until:
        time.sleep(0.01)
    assert looking.last("down") is False
    monkeypatch.setattr(health, "_FRESH_S", 0.0)  # it is asked again when what is known is old
    assert looking.look() == {"down": False}


def test_documents_that_do_not_come_are_none() -> None:
    with serving(service([])) as server:
        looking = Health({})
        base = f"http://127.0.0.1:{server.server_port}"
        assert looking.get_json(f"{base}/broken") is None
        assert looking.get_json(f"{base}/absent") is None
    assert looking.get_json(NOWHERE) is None
