"""Flask with less to do does the same: addresses, teardowns, signals, and no session."""

from __future__ import annotations

import pytest
from flask import Flask, g, request, session, url_for
from flask.signals import appcontext_tearing_down, request_tearing_down

from app.metrics import NullMetrics
from app.web.wsgi.server import MAX_ADDRESS, MAX_RULES, Server


def routed(app: Flask) -> Flask:
    @app.get("/things/<name>")
    def thing(name: str) -> str:
        assert request.view_args is not None
        request.view_args["name"] = "spoilt"
        return f"{name} {url_for('thing', name='b')} {request.endpoint} {request.host}"

    @app.get("/folder/")
    def folder() -> str:
        return "folder"

    return app


@pytest.fixture
def server() -> Server:
    made = Server("test", NullMetrics())
    routed(made)
    return made


ASKED = [
    ("GET", "/things/a", {}),
    ("HEAD", "/things/a", {}),
    ("OPTIONS", "/things/a", {}),
    ("POST", "/things/a", {}),
    ("GET", "/things/a/b", {}),
    ("GET", "/folder", {}),
    ("GET", "/folder/", {}),
    ("GET", "//things/a", {}),
    ("GET", "/things/%2e%2e", {}),
    ("GET", "/things/a", {"Host": "other.example:81"}),
    ("GET", "/things/a", {"Host": "wrong host"}),
]


@pytest.mark.parametrize(("method", "path", "headers"), ASKED)
def test_every_address_is_answered_as_by_flask_the_first_time_and_the_next(
    server: Server, method: str, path: str, headers: dict[str, str]
) -> None:
    theirs = routed(Flask("test", static_folder=None)).test_client().open(path, method=method, headers=headers)
    for _ in range(3):
        ours = server.test_client().open(path, method=method, headers=headers)
        assert (ours.status_code, ours.data, dict(ours.headers)) == (
            theirs.status_code,
            theirs.data,
            dict(theirs.headers),
        )


def test_few_addresses_are_remembered_and_no_long_ones(server: Server) -> None:
    client = server.test_client()
    client.get("/things/" + "x" * MAX_ADDRESS)
    assert server.rules == {}
    for number in range(MAX_RULES + 5):
        client.get(f"/things/{number}")
    assert len(server.rules) == 5


def test_what_somebody_registers_is_called(server: Server) -> None:
    called: list[str] = []

    def note(what: str) -> None:
        called.append(what)

    def torn(_sender: object, **_: object) -> None:
        note("signal")

    server.before_request(lambda: note("before"))
    server.teardown_request(lambda _: note("request"))
    server.teardown_appcontext(lambda _: note("context"))
    with request_tearing_down.connected_to(torn), appcontext_tearing_down.connected_to(torn):
        server.test_client().get("/things/a")
    assert called == ["before", "request", "signal", "context", "signal"]


def test_signals_alone_are_sent(server: Server) -> None:
    called: list[str] = []
    with request_tearing_down.connected_to(lambda *_, **__: called.append("request")):
        server.test_client().get("/things/a")
    assert called == ["request"]


def test_nobody_can_write_into_a_session(server: Server) -> None:
    @server.get("/write")
    def write() -> str:
        with pytest.raises(RuntimeError):
            session["x"] = 1
        return "refused"

    answer = server.test_client().get("/write")
    assert (answer.text, "Set-Cookie" in answer.headers) == ("refused", False)


def test_each_request_has_a_context_of_its_own(server: Server) -> None:
    seen: list[bool] = []

    @server.get("/context")
    def context() -> str:
        seen.append("x" in g)
        g.x = 1
        return ""

    for _ in range(2):
        server.test_client().get("/context")
    assert seen == [False, False]


def test_requests_are_timed_by_their_rule(server: Server) -> None:
    metrics = NullMetrics()
    made = routed(Server("test", metrics)).test_client()
    made.get("/things/a"), made.get("/nothing")
    assert set(metrics.counted) == {
        ("request_seconds", "/things/<name>"),
        ("request_seconds", "none"),
    }


def test_a_copy_around_other_parts_answers_alike_and_keeps_its_own(server: Server) -> None:
    server.config["MAX_CONTENT_LENGTH"] = 7
    copy = server.around(NullMetrics())
    copy.extensions["inlay"], copy.config["MAX_CONTENT_LENGTH"] = "other", 8
    assert copy.test_client().get("/things/a").data == server.test_client().get("/things/a").data
    assert copy.rules.keys() == server.rules.keys()
    assert copy.rules is not server.rules
    copy.rules.clear()
    assert server.rules
    assert (server.extensions, server.config["MAX_CONTENT_LENGTH"]) == ({}, 7)
