"""The whole: headers of every answer, compression, proxies, what is refused at start."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.application import build, create_app
from app.db.gate import Gate
from app.errors import ConfigError, StoreUnavailable
from tests.world import LEAD, World, house

ASKED: dict[str, Callable[[World], Any]] = {
    "health": lambda w: w.client.get("/healthz"),
    "ready": lambda w: w.client.get("/readyz"),
    "metrics": lambda w: w.client.get("/metrics"),
    "loader": lambda w: w.client.get("/embed/inlay.js"),
    "nothing": lambda w: w.client.get("/nothing"),
    "wrong method": lambda w: w.client.put("/session"),
    "fragment": lambda w: w.badge(w.frame_token()),
    "no token": lambda w: w.client.get(f"/components/score-badge?record={LEAD}"),
    "batch": lambda w: w.batch(w.element_token(), [f"score-badge {LEAD} -"]),
    "exchange": lambda w: w.exchange(),
    "refused exchange": lambda w: w.exchange(aud="https://other.example"),
    "event": lambda w: w.event(LEAD),
    "refused event": lambda w: w.event(LEAD, name="x" * 200),
    "preflight": lambda w: w.client.options("/components:batch"),
    "unknown launch": lambda w: w.client.post("/launch/no", data={"a": "b"}),
}


@pytest.mark.parametrize("name", ASKED)
def test_whatever_is_no_panel_may_not_be_framed(shared: World, name: str) -> None:
    answer = ASKED[name](shared)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    harmless(answer)


def harmless(answer: Any) -> None:
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Strict-Transport-Security"]
    assert answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_a_panel_has_the_other_headers_too(shared: World) -> None:
    harmless(shared.launch())


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/session", 405), ("/components/%ff", 405)])
def test_problem_documents(shared: World, path: str, status: int) -> None:
    answer = shared.client.put(path)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert set(answer.json) == {"type", "title", "status", "detail", "code"}


def changed(world: World, **server: Any) -> Any:
    settings = replace(world.settings, server=replace(world.settings.server, **server))
    parts, _ = build(settings, world.clock, house())
    return create_app(parts).test_client()


def test_long_answers_are_compressed_where_the_browser_wants_it(world: World) -> None:
    client = changed(world, compression=True)
    form = {"signed_request": world.signed()}
    page = client.post("/launch/acme?component=score-badge", data=form, headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    assert b"score-badge" in gzip.decompress(page.data)
    assert "Accept-Encoding" in page.headers["Vary"]
    plain = client.post("/launch/acme?component=score-badge", data={"signed_request": world.signed()})
    assert "Content-Encoding" not in plain.headers
    assert "Content-Encoding" not in client.get("/healthz", headers={"Accept-Encoding": "gzip"}).headers
    loader = client.get("/embed/inlay.js", headers={"Accept-Encoding": "gzip"})
    assert b"customElements" in gzip.decompress(loader.data)


def test_a_first_badge_keeps_within_its_bytes(world: World) -> None:
    """As a frame's document, and as the answer to an element; bench/README.md says where they go."""
    client = changed(world, compression=True)
    form = {"signed_request": world.signed()}
    page = client.post("/launch/acme?component=score-badge", data=form, headers={"Accept-Encoding": "gzip"})
    told = world.exchange()
    assert told.json["fragments"][0]["state"] == "ready"
    assert len(page.data) <= 1984  # a nonce, a session and a signature are in it, which are never the same
    assert len(gzip.compress(told.data, 9)) <= 1696


def test_no_strict_transport_over_plain_http(world: World) -> None:
    client = changed(world, public_url="http://localhost:8000")
    assert "Strict-Transport-Security" not in client.get("/healthz").headers


def test_a_component_that_we_do_not_have_is_refused_at_start(world: World) -> None:
    wrong = replace(world.settings.connections["acme"], components=("score-badge", "crystal-ball"))
    with pytest.raises(ConfigError) as refusal:
        build(replace(world.settings, connections={"acme": wrong}), world.clock, house())
    assert "'crystal-ball' is not known" in str(refusal.value)
    assert "score-card" in str(refusal.value)


def test_a_database_without_its_schema_is_unavailable_at_start(world: World, tmp_path: Any) -> None:
    store = replace(world.settings.store, url=f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(StoreUnavailable):
        build(replace(world.settings, store=store), world.clock, house())


def test_the_key_store_stands_behind_the_same_gate_as_the_database(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a server that hangs, requests that wait for either must together leave threads for what is in memory."""
    made: list[Gate] = []
    monkeypatch.setattr("app.db.database.Gate", lambda: made.append(Gate()) or made[-1])
    parts, _ = build(world.parts.settings, world.clock)
    parts.close()
    assert made == [parts.database.gate]
