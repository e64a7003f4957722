"""Fragments by GET and in batches: conditional requests, limits, audit first, no query for what is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from app.application import create_app
from tests.world import LEAD, World


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(world.parts.database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(world.parts.database.engine, "before_cursor_execute", note)


@pytest.fixture(params=["asked", "asked again", "asked again through Flask"], autouse=True)
def _asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test holds for the road, for what is remembered of it, and for what stands before it."""
    if request.param == "asked again through Flask":
        monkeypatch.setattr("tests.world.create_app", partial(create_app, hot=False))
    if request.param != "asked":
        badge, batch = World.badge, World.batch
        monkeypatch.setattr(World, "badge", lambda *a, **k: (badge(*a, **k), badge(*a, **k))[1])
        monkeypatch.setattr(World, "batch", lambda *a, **k: (batch(*a, **k), batch(*a, **k))[1])


def break_audit(world: World) -> None:
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE audit RENAME TO gone")


def test_a_fragment_and_its_headers(world: World) -> None:
    answer = world.badge(world.frame_token())
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    headers = answer.headers
    assert (headers["Inlay-State"], headers["Cache-Control"]) == ("ready", "no-store")
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert answer.text.startswith('<div class="score-badge" data-inlay="score-badge" data-state="ready"')


@pytest.mark.parametrize("weak", ["", "W/"])
def test_what_the_browser_has_is_not_sent_again(world: World, weak: str) -> None:
    token = world.frame_token()
    etag = world.badge(token).headers["ETag"]
    again = world.badge(token, If_None_Match=weak + etag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    world.core.score = 12
    world.clock.now += 1
    world.event(LEAD)
    world.parts.epochs.look()
    other = world.badge(token, If_None_Match=etag)
    assert other.status_code == 200
    assert other.headers["ETag"] != etag


def test_a_batch_leaves_out_what_the_browser_has(world: World) -> None:
    token = world.element_token(component="score-badge")
    items = [f"score-badge {LEAD} -", f"score-card {LEAD} -"]
    badge, card = world.batch(token, items).json["fragments"]
    answer = world.batch(token, [f"score-badge {LEAD} {badge['etag']}", f'score-card {LEAD} "x"']).json["fragments"]
    assert answer[0] == {"component": "score-badge", "record": LEAD, "etag": badge["etag"], "unchanged": True}
    assert answer[1] == card


def test_a_batch_sends_the_styles_that_are_wanted_and_may_be(world: World) -> None:
    token = world.element_token(component="score-card")
    answer = world.batch(token, [f"score-card {LEAD} -"], style=["score-card", "score-badge", "nonsense"]).json
    assert list(answer["styles"]) == ["score-card"]


def test_a_known_view_asks_the_database_nothing(world: World) -> None:
    frame, element = world.frame_token(), world.element_token()
    world.badge(frame)
    world.batch(element, [f"score-badge {LEAD} -"])
    world.parts.epochs.look()
    with counted(world) as statements:
        world.badge(frame)
        world.batch(element, [f"score-badge {LEAD} -"])
    assert [each for each in statements if "epoch" not in each] == []
    assert len(world.audited("view.shown")) == 2


def test_each_viewer_of_each_session_is_audited_once_before_it_is_shown(world: World) -> None:
    token = world.frame_token()
    for component in ("score-badge", "score-card", "score-badge"):
        world.badge(token, component=component)
    [row] = world.audited("view.shown")
    assert (row["viewer"], row["record"], row["component"]) == ("005AB000001ZzZzYAK", LEAD, "score-badge")
    assert row["decision"] == world.audited("answer.given")[0]["decision"]


def test_what_cannot_be_audited_is_not_shown(world: World) -> None:
    world.frame_token()
    token = world.element_token(records=[])
    break_audit(world)
    answer = world.batch(token, [f"score-badge {LEAD} -"])
    assert "von 100" not in answer.text
    assert answer.status_code == 503 or answer.json["fragments"][0]["state"] == "unavailable"


def test_a_panel_that_shows_already_goes_on_without_a_database(world: World) -> None:
    token = world.frame_token()
    assert world.badge(token).status_code == 200
    break_audit(world)
    answer = world.badge(token)
    assert (answer.status_code, "von 100" in answer.text) == (200, True)


def test_a_new_score_that_cannot_be_audited_is_not_shown_but_the_one_before_is_as_stale(world: World) -> None:
    token = world.frame_token()
    new = world.element_token(records=[])  # that has not looked yet
    world.badge(token)
    world.core.score = 13
    world.clock.now += 1
    world.event(LEAD)
    world.parts.epochs.look()
    world.runner.step()
    break_audit(world)
    answer = world.badge(token)
    assert (answer.status_code, answer.headers["Inlay-State"]) == (200, "stale")
    assert "72 von 100" in answer.text
    [refused] = world.batch(new, [f"score-badge {LEAD} -"]).json["fragments"]
    assert refused["state"] == "unavailable"
    assert "von 100" not in refused["html"]
    assert re.search(r"audit_failures_total [1-9]", world.client.get("/metrics").text)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/components/score-badge", 400, "bad-request"),
        ("/components/score-badge?record=17", 400, "bad-request"),
        ("/components/score-badge?record=Lead/<b>", 400, "bad-request"),
        (f"/components/no-such?record={LEAD}", 404, "not-found"),
        ("/components/", 404, "not-found"),
    ],
)
def test_what_is_no_question(world: World, path: str, status: int, code: str) -> None:
    answer = world.client.get(path, headers={"Authorization": f"Bearer {world.frame_token()}"})
    assert (answer.status_code, answer.mimetype, answer.json["code"]) == (
        status,
        "application/problem+json",
        code,
    )
    assert answer.json["status"] == status
    assert len(world.audited("request.refused")) == (status == 400)


@pytest.mark.parametrize("count", [0, 201])
def test_a_batch_is_of_1_to_200(world: World, count: int) -> None:
    answer = world.batch(world.element_token(), [f"score-badge {LEAD} -"] * count)
    assert (answer.status_code, answer.json["code"]) == (400, "bad-request")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_batch_is_a_form_of_bounded_size(world: World) -> None:
    token = world.element_token()
    assert world.client.post("/components:batch", json={"token": token}).status_code == 415
    answer = world.batch(token, [f"score-badge {LEAD} -"], padding="x" * 1_000_000)
    assert (answer.status_code, answer.json["code"]) == (413, "too-large")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert [each["reason"] for each in world.audited("request.refused")] == ["wrong-media-type", "http-413"]


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer ", "Basic eDp5", "Bearer x y"])
def test_without_a_token_there_is_nothing(world: World, header: str | None) -> None:
    answer = world.client.get(
        f"/components/score-badge?record={LEAD}", headers={"Authorization": header} if header else {}
    )
    assert (answer.status_code, answer.json["code"]) == (401, "session-invalid")


def test_a_token_in_the_address_is_none(world: World) -> None:
    answer = world.client.get(f"/components/score-badge?record={LEAD}&token={world.frame_token()}")
    assert answer.status_code == 401


def test_the_same_item_twice_is_one_view_and_two_fragments(world: World) -> None:
    token = world.element_token(records=[])
    fragments = world.batch(token, [f"score-badge {LEAD} -"] * 200).json["fragments"]
    assert len(fragments) == 200
    assert len(world.audited("view.shown")) == 1
