"""The answer before Flask: to what panels and elements ask it is the road's to the letter; the rest reaches Flask."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import create_environ, run_wsgi_app

from app.application import create_app
from app.db.epochs import EVERYTHING, Announcement
from app.errors import Busy
from app.rollouts import Reach, Rollout
from app.web.wsgi.server import Server
from tests.hosts._proofs import GUEST
from tests.web.test_limits import limited
from tests.world import LEAD, World

PAGE = GUEST["origins"][0]
FORM = "application/x-www-form-urlencoded;charset=UTF-8"  # as a browser writes that of a URLSearchParams
BADGE, BATCH = f"/components/score-badge?record={LEAD}", "/components:batch"


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A word for each request that reaches Flask."""
    seen: list[str] = []
    real = Server.full_dispatch_request

    def noted(self: Server) -> Any:
        seen.append("reached")
        return real(self)

    monkeypatch.setattr(Server, "full_dispatch_request", noted)
    return seen


def through_flask(world: World) -> FlaskClient:
    return create_app(world.parts, hot=False).test_client()


def form_of(token: str, *items: str) -> bytes:
    return urlencode([("token", token), *(("item", each) for each in items)]).encode()


def get(client: FlaskClient, token: str, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(BADGE, headers={"Authorization": f"Bearer {token}", **named})


def post(client: FlaskClient, form: bytes, content_type: str = FORM, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(BATCH, data=form, content_type=content_type, headers={"Origin": PAGE, **named})


def letters(answer: Any) -> tuple[Any, ...]:
    """All of an answer."""
    return answer.status, answer.data, sorted(answer.headers)


ASKED: dict[str, Callable[[FlaskClient, str, str], Any]] = {
    "a badge": lambda c, frame, _: get(c, frame),
    "a badge for whoever compresses": lambda c, frame, _: get(c, frame, Accept_Encoding="gzip"),
    "a badge in whatever language the browser speaks": lambda c, frame, _: get(c, frame, Accept_Language="fr"),
    "a badge that the browser has": lambda c, frame, _: get(c, frame, If_None_Match=get(c, frame).headers["ETag"]),
    "a batch": lambda c, _, element: post(c, form_of(element, f"score-badge {LEAD} -", f"score-card {LEAD} -")),
    "a batch as tests write it": lambda c, _, element: post(
        c, form_of(element, f"score-badge {LEAD} -"), "application/x-www-form-urlencoded"
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_the_same_answer_before_flask_and_through_it(world: World, reached: list[str], name: str) -> None:
    frame, element = world.frame_token(), world.element_token()
    ask, road = ASKED[name], through_flask(world)
    ask(world.client, frame, element)
    reached.clear()
    hot = ask(world.client, frame, element)
    assert reached == []
    assert letters(hot) == letters(ask(road, frame, element))
    assert reached


def test_viewers_are_told_in_their_own_language_and_nobody_anothers(world: World) -> None:
    german, english = world.frame_token(), world.frame_token(**{"context.user.locale": "en_US"})
    for _ in range(2):
        assert "72 von 100" in get(world.client, german, Accept_Language="en").text
        assert "72 of 100" in get(world.client, english, Accept_Language="de").text


# What a key could be mistaken for: the same words, asked in another way.
ELSEWISE: dict[str, Callable[[FlaskClient, str, bytes], Any]] = {
    "HEAD": lambda c, frame, _: c.head(BADGE, headers={"Authorization": f"Bearer {frame}"}),
    "OPTIONS": lambda c, frame, _: c.options(BADGE, headers={"Authorization": f"Bearer {frame}"}),
    "PUT": lambda c, frame, _: c.put(BADGE, headers={"Authorization": f"Bearer {frame}"}),
    "a badge by POST": lambda c, frame, _: c.post(BADGE, data=f"Bearer {frame}".encode(), content_type=FORM),
    "a batch by GET": lambda c, _, form: c.get(BATCH, headers={"Authorization": form.decode(), "Origin": PAGE}),
    "a batch by GET with its form": lambda c, _, form: c.get(
        BATCH, data=form, content_type=FORM, headers={"Origin": PAGE}
    ),
    "a batch as JSON": lambda c, _, form: post(c, form, "application/json"),
    "a batch as text": lambda c, _, form: post(c, form, "text/plain"),
    "the token in a cookie": lambda c, frame, _: c.get(BADGE, headers={"Cookie": f"Authorization=Bearer {frame}"}),
}


@pytest.mark.parametrize("name", ELSEWISE)
def test_the_same_words_in_another_way_are_the_roads_to_answer(world: World, reached: list[str], name: str) -> None:
    frame, form = world.frame_token(), form_of(world.element_token(), f"score-badge {LEAD} -")
    get(world.client, frame), post(world.client, form)
    road = through_flask(world)
    reached.clear()
    answer = ELSEWISE[name](world.client, frame, form)
    assert reached
    assert "von 100" not in answer.text
    expected = ELSEWISE[name](road, frame, form)
    assert (answer.status, answer.mimetype) == (expected.status, expected.mimetype)


# --- doubts ---


def decided(world: World, reach: Reach, component: str = "", starts_at: float = 0.0) -> None:
    world.parts.rollouts.set(Rollout("acme", component, reach, starts_at), "Ada")
    world.parts.epochs.look()


def test_a_panel_that_was_switched_off_a_moment_ago_is_off_and_on_again(world: World) -> None:
    token = world.frame_token()
    for reach, states in ((Reach.OFF, ["off", "off"]), (Reach.ALL, ["ready", "ready"])):
        get(world.client, token)
        decided(world, reach, "score-badge")
        assert [get(world.client, token).headers["Inlay-State"] for _ in range(2)] == states


def test_a_plan_begins_on_its_second(world: World) -> None:
    decided(world, Reach.ALL)
    token, starts_at = world.frame_token(), world.clock.now + 30
    decided(world, Reach.OFF, starts_at=starts_at)
    assert get(world.client, token).headers["Inlay-State"] == "ready"
    world.clock.now = starts_at - 0.1
    assert get(world.client, token).headers["Inlay-State"] == "ready"
    world.clock.now = starts_at
    assert get(world.client, token).headers["Inlay-State"] == "off"


def test_whoever_missed_news_and_cannot_read_them_says_what_the_road_says(world: World) -> None:
    """Somebody may have ended the session: nobody is shown anything until that is known."""
    token = world.frame_token()
    get(world.client, token)
    assert get(world.client, token).status_code == 200
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE revocations RENAME TO gone")
    world.parts.sessions._on_change(Announcement(1, EVERYTHING))
    answer = get(world.client, token)
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")


def test_behind_a_proxy_and_before_the_end_it_is_what_the_outer_layers_say(world: World, reached: list[str]) -> None:
    with limited(world, proxies=1) as behind:
        token = behind.frame_token()
        get(behind.client, token)
        reached.clear()
        behind.parts.node.drain()
        answer = get(behind.client, token, X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="https")
        assert (answer.status_code, answer.headers["Connection"], reached) == (200, "close", [])
        behind.parts.node._draining[0] = 0
        assert "Connection" not in get(behind.client, token).headers


# --- bodies ---


class Pieces(BytesIO):
    """A body that comes in pieces of seven bytes."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(7 if size is None or size < 0 else min(7, size))


class Broken(BytesIO):
    """A body that cannot be read."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def read(self, _: int | None = -1) -> bytes:
        raise self._error


def sent(world: World, body: Any, **environ: str) -> tuple[str, bytes]:
    """The answer's status and body to a batch with this body."""
    made = create_environ(BATCH, method="POST", headers={"Origin": PAGE}, content_type=FORM)
    made |= {"wsgi.input": body, "wsgi.input_terminated": True, **environ}
    answered, status, _ = run_wsgi_app(world.client.application.wsgi_app, made, buffered=True)
    return status, b"".join(answered)


def test_a_form_in_pieces_is_the_same_form_for_both(world: World, reached: list[str]) -> None:
    form = form_of(world.element_token(), f"score-badge {LEAD} -")
    reached.clear()
    answers = [sent(world, Pieces(form), CONTENT_LENGTH=str(len(form))) for _ in range(2)]
    assert (answers[0][0], answers[0] == answers[1], reached) == ("200 OK", True, ["reached"])


def test_a_form_that_ends_early_is_another_one(world: World) -> None:
    form = form_of(world.element_token(), f"score-badge {LEAD} -")
    assert sent(world, BytesIO(form), CONTENT_LENGTH=str(len(form)))[0] == "200 OK"
    status, body = sent(world, BytesIO(form.partition(b"&item")[0]), CONTENT_LENGTH=str(len(form)))
    assert (status, b"von 100" in body) == ("400 BAD REQUEST", False)


@pytest.mark.parametrize(
    "said", [{}, {"CONTENT_LENGTH": "x"}, {"CONTENT_LENGTH": "9" * 5000}, {"HTTP_TRANSFER_ENCODING": "chunked"}]
)
def test_a_body_of_unknown_length_is_not_touched(world: World, reached: list[str], said: dict[str, str]) -> None:
    form = form_of(world.element_token(), f"score-badge {LEAD} -")
    post(world.client, form)
    reached.clear()
    sent(
        world, BytesIO(form), **({"CONTENT_LENGTH": str(len(form))} if "HTTP_TRANSFER_ENCODING" in said else {}), **said
    )
    assert reached == ["reached"]


@pytest.mark.parametrize(
    ("error", "status"),
    [(Busy(reason="bodies-full", retry_after_s=1.0), "503 SERVICE UNAVAILABLE"), (OSError("gone"), "400 BAD REQUEST")],
)
def test_a_body_that_cannot_be_read_is_the_roads_to_answer(world: World, error: Exception, status: str) -> None:
    answered, body = sent(world, Broken(error), CONTENT_LENGTH="40")
    assert answered == status
    assert b'"code"' in body


# --- metrics ---


def test_it_counts_as_the_road_did(world: World) -> None:
    frame, form = world.frame_token(), form_of(world.element_token(), f"score-badge {LEAD} -")
    before = timed(world)
    for _ in range(3):
        get(world.client, frame), post(world.client, form)
    after = timed(world)
    assert {route: after[route] - before.get(route, 0) for route in ("/components/<tag>", BATCH)} == {
        "/components/<tag>": 3,
        BATCH: 3,
    }
    assert 'inlay_cache_total{level="ready",outcome="hit"} 4.0' in world.client.get("/metrics").text


def timed(world: World) -> dict[str, int]:
    """How many requests of each route were timed."""
    text = world.client.get("/metrics").text
    found = re.findall(r'^inlay_request_seconds_count\{route="(.*)"\} (\S+)$', text, re.MULTILINE)
    return {route: int(float(count)) for route, count in found}
