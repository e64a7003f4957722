"""The integration identity: the flow without a network, its driver, and the cache of its tokens."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from app.config import ConnectionSettings, Secret
from app.errors import AnswerRefused, HostUnavailable, OutboundError, SessionExpired, TimedOut
from app.hosts._oauth import Flow, IntegrationTokens, ViewerTokens, client_credentials, drive
from app.net.door import Request, Response
from app.net.tokens import EARLY_S, FAILURE_PAUSE_S, MAX_LIFE_S, Token, read_token
from tests.hosts._door import ScriptedDoor, answer
from tests.hosts._proofs import canvas

CONNECTION = replace(
    canvas().connection,
    token_url="https://acme.my.salesforce.com/services/oauth2/token",
    client_id="inlay",
    client_secret=Secret("s3cret&="),
)


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def given(token: str = "t-1", **more: Any) -> Response:
    return answer({"access_token": token, "token_type": "Bearer", "expires_in": 3600} | more)


def test_the_flow_says_what_it_wants_to_send() -> None:
    flow = client_credentials(CONNECTION, 1_000.0)
    request = next(flow)
    assert (request.method, request.url) == ("POST", CONNECTION.token_url)
    assert request.form == {
        "grant_type": "client_credentials",
        "client_id": "inlay",
        "client_secret": "s3cret&=",
    }
    with pytest.raises(StopIteration) as done:
        flow.send(given())
    assert done.value.value == Token("t-1", 4_600.0)
    assert "t-1" not in repr(done.value.value)


def test_a_scope_is_named_where_the_server_wants_one() -> None:
    request = next(client_credentials(replace(CONNECTION, token_scope="https://api.example/.default"), 1_000.0))
    assert (request.form or {})["scope"] == "https://api.example/.default"


@pytest.mark.parametrize(
    ("expires_in", "ends"),
    [
        (60, 1_060.0),
        ("60", 1_060.0),
        (0.5, 1_000.5),
        (None, 1_600.0),
        (10**12, 87_400.0),
        ("9" * 5_000, 87_400.0),
    ],
)
def test_how_long_a_token_lives(expires_in: Any, ends: float) -> None:
    assert drive(client_credentials(CONNECTION, 1_000.0), ScriptedDoor(given(expires_in=expires_in)).call) == Token(
        "t-1", ends
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        {"access_token": ""},
        {"access_token": 7},
        {"access_token": "two words"},
        {"access_token": "a\r\nX-Evil: 1"},
        {"access_token": "ü"},
        {"access_token": "x" * 16_385},
        {"access_token": "t", "token_type": "mac"},
        {"access_token": "t", "token_type": None},
        {"access_token": "t", "expires_in": 0},
        {"access_token": "t", "expires_in": -1},
        {"access_token": "t", "expires_in": True},
        {"access_token": "t", "expires_in": "soon"},
        {"access_token": "t", "expires_in": []},
    ],
    ids=lambda body: str(body)[:50],
)
def test_what_is_no_token(body: Any) -> None:
    with pytest.raises(AnswerRefused):
        drive(client_credentials(CONNECTION, 0.0), ScriptedDoor(answer(body)).call)


def test_a_life_that_no_float_holds_is_a_long_one() -> None:
    body = {"access_token": "t", "expires_in": 10**400}
    assert drive(client_credentials(CONNECTION, 0.0), ScriptedDoor(answer(body)).call).expires_at == MAX_LIFE_S


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (
            answer({"error": "invalid_client", "error_description": "secret text"}, 401),
            "integration-refused:invalid_client",
        ),
        (answer({"error": "the server's own text"}, 400), "integration-refused:400"),
        (Response(status=503, body=b"<html>"), "integration-refused:503"),
    ],
)
def test_a_refusal_says_why_in_known_words_only(response: Response, reason: str) -> None:
    with pytest.raises(HostUnavailable) as away:
        IntegrationTokens(ScriptedDoor(response), Clock()).get(CONNECTION)
    assert away.value.reason == reason


def test_an_error_of_the_door_reaches_the_flow() -> None:
    def second_plan() -> Flow[str]:
        try:
            yield Request(method="GET", url="https://one.example")
        except OutboundError:
            response = yield Request(method="GET", url="https://two.example")
            return str(response.json())
        return "first"

    door = ScriptedDoor(TimedOut(), answer("second"))
    assert drive(second_plan(), door.call) == "second"
    assert [request.url for request in door.asked] == ["https://one.example", "https://two.example"]


def test_a_token_is_kept_and_renewed_before_its_end() -> None:
    clock, door = Clock(), ScriptedDoor(given("t-1"), given("t-2"))
    tokens = IntegrationTokens(door, clock)
    assert [tokens.get(CONNECTION) for _ in range(3)] == ["t-1"] * 3
    clock.now += 3600 - EARLY_S
    assert tokens.get(CONNECTION) == "t-2"
    assert len(door.asked) == 2


def test_a_short_lived_token_is_used_all_the_same() -> None:
    door = ScriptedDoor(given("t-1", expires_in=30), given("t-2", expires_in=30))
    tokens = IntegrationTokens(door, Clock())
    assert [tokens.get(CONNECTION), tokens.get(CONNECTION)] == ["t-1", "t-1"]


def test_a_dead_token_is_dropped_once() -> None:
    """Two threads find it dead; the second must not drop what the first has just got."""
    door = ScriptedDoor(given("t-1"), given("t-2"))
    tokens = IntegrationTokens(door, Clock())
    dead = tokens.get(CONNECTION)
    tokens.drop(CONNECTION, dead)
    assert tokens.get(CONNECTION) == "t-2"
    tokens.drop(CONNECTION, dead)
    assert tokens.get(CONNECTION) == "t-2"
    tokens.drop(CONNECTION)
    tokens.get(CONNECTION)
    assert len(door.asked) == 3


def test_identities_do_not_share_tokens() -> None:
    door = ScriptedDoor(given("t-1"), given("t-2"))
    tokens = IntegrationTokens(door, Clock())
    assert tokens.get(CONNECTION) == "t-1"
    assert tokens.get(replace(CONNECTION, name="other")) == "t-2"


def test_a_failure_is_remembered_for_seconds() -> None:
    clock, door = Clock(), ScriptedDoor(TimedOut(), given())
    tokens = IntegrationTokens(door, clock)
    for _ in range(10):
        with pytest.raises(HostUnavailable) as away:
            tokens.get(CONNECTION)
        assert away.value.reason == "integration-timed-out"
    assert len(door.asked) == 1
    clock.now += FAILURE_PAUSE_S
    assert tokens.get(CONNECTION) == "t-1"


def test_many_threads_fetch_once() -> None:
    gate = threading.Event()

    def slow(_: Request) -> Response:
        gate.wait(5)
        return given()

    door, found = ScriptedDoor(slow), []
    tokens = IntegrationTokens(door, Clock())
    threads = [threading.Thread(target=lambda: found.append(tokens.get(CONNECTION))) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(5)
    assert found == ["t-1"] * 8
    assert len(door.asked) == 1


def test_without_a_secret_nothing_is_sent() -> None:
    door = ScriptedDoor(given())
    with pytest.raises(HostUnavailable) as unset:
        IntegrationTokens(door, Clock()).get(replace(CONNECTION, client_secret=None))
    assert unset.value.reason == "integration-unset"
    assert door.asked == []


# --- viewers' tokens ---


def exchanged(_: ConnectionSettings, proof: str, now: float) -> Flow[Token]:
    if proof == "dead":
        raise SessionExpired(reason="host-token-dead")
    response = yield Request(method="POST", url=f"https://login.example/{proof}")
    return read_token(response.json(), now)


def test_a_viewers_token_is_kept_and_got_anew_before_its_end() -> None:
    clock, door = Clock(), ScriptedDoor(given("t-1"), given("t-2"))
    tokens = ViewerTokens(door, clock)
    assert [tokens.get(exchanged, CONNECTION, "zoe") for _ in range(3)] == ["t-1"] * 3
    clock.now += 3600 - EARLY_S
    assert tokens.get(exchanged, CONNECTION, "zoe") == "t-2"


def test_viewers_and_connections_do_not_share_tokens() -> None:
    door = ScriptedDoor(given("t-1"), given("t-2"), given("t-3"))
    tokens = ViewerTokens(door, Clock())
    assert tokens.get(exchanged, CONNECTION, "zoe") == "t-1"
    assert tokens.get(exchanged, CONNECTION, "ben") == "t-2"
    assert tokens.get(exchanged, replace(CONNECTION, name="other"), "zoe") == "t-3"


def test_a_viewers_dead_token_is_forgotten() -> None:
    tokens = ViewerTokens(ScriptedDoor(given("t-1"), given("t-2")), Clock())
    assert tokens.get(exchanged, CONNECTION, "zoe") == "t-1"
    tokens.drop(CONNECTION, "zoe")
    tokens.drop(CONNECTION, "zoe")
    assert tokens.get(exchanged, CONNECTION, "zoe") == "t-2"


def test_an_exchange_that_fails_is_not_remembered() -> None:
    door = ScriptedDoor(TimedOut(), given("two words"), given("t-1"))
    tokens = ViewerTokens(door, Clock())
    reasons = []
    for _ in range(2):
        with pytest.raises(HostUnavailable) as away:
            tokens.get(exchanged, CONNECTION, "zoe")
        reasons.append(away.value.reason)
    assert reasons == ["exchange-timed-out", "exchange-answer-refused"]
    with pytest.raises(SessionExpired):
        tokens.get(exchanged, CONNECTION, "dead")
    assert tokens.get(exchanged, CONNECTION, "zoe") == "t-1"
