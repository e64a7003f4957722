"""Rate limits: windows that end, in bounded memory, told alike to strangers whatever exists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from limits import parse

from app.application import create_app
from app.errors import RateLimited
from app.web import limits as module
from app.web.limits import Limits, whose_address
from tests.world import LEAD, Clock, World, running

TWO = parse("2/minute")


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


@pytest.fixture
def limits(clock: Clock) -> Limits:
    return Limits(clock)


def test_a_window_is_full_and_ends(limits: Limits, clock: Clock) -> None:
    limits.spend(TWO, "requests", "a")
    clock.now += 20
    limits.spend(TWO, "requests", "a")
    with pytest.raises(RateLimited) as refusal:
        limits.spend(TWO, "requests", "a")
    assert refusal.value.retry_after_s == pytest.approx(40.5)
    clock.now += 40
    limits.spend(TWO, "requests", "a")


def test_each_has_a_window_of_its_own(limits: Limits) -> None:
    for kind, whose in (("requests", "a"), ("requests", "b"), ("launches", "a")):
        limits.spend(TWO, kind, whose)
        limits.spend(TWO, kind, whose)
    with pytest.raises(RateLimited):
        limits.spend(TWO, "requests", "b")


def test_to_ask_costs_nothing(limits: Limits) -> None:
    for _ in range(5):
        limits.require(TWO, "requests", "a")
    limits.spend(TWO, "requests", "a")
    limits.spend(TWO, "requests", "a")
    with pytest.raises(RateLimited):
        limits.require(TWO, "requests", "a")


def test_a_clock_set_back_locks_nobody_out(limits: Limits, clock: Clock) -> None:
    limits.spend(TWO, "requests", "a")
    limits.spend(TWO, "requests", "a")
    clock.now -= 3600
    limits.spend(TWO, "requests", "a")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr(module, "MAX_WINDOWS", 10)
    limits = Limits(clock)
    for number in range(100):
        limits.spend(TWO, "requests", str(number))
    assert limits._windows.reset() == 10


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unix:", ""),
        (None, ""),
    ],
)
def test_who_is_behind_an_address(address: str | None, whose: str) -> None:
    assert whose_address(address) == whose


# --- through the front door ---


@contextmanager
def limited(world: World, proxies: int = 0, **rates: str) -> Iterator[World]:
    """The same world with lower limits; each process counts for itself."""
    read = {name: parse(value) for name, value in rates.items()}
    refused = read.pop("limit_refused", world.settings.server.limit_refused)
    server = replace(world.settings.server, limit_refused=refused, trusted_proxies=proxies)
    connections = {name: replace(each, **read) for name, each in world.settings.connections.items()}
    settings = replace(world.settings, server=server, connections=connections)
    with running(settings, world.clock) as (parts, runner):
        yield replace(world, settings=settings, parts=parts, runner=runner, client=create_app(parts).test_client())


def counted(world: World, route: str) -> float:
    name = f'route="{route}"'
    lines = [line for line in world.client.get("/metrics").text.splitlines() if "inlay_rate_limited_total{" in line]
    return sum(float(line.rpartition(" ")[2]) for line in lines if name in line)


def test_a_viewer_has_to_wait_and_another_has_not(world: World) -> None:
    with limited(world, limit_viewer="3/minute") as tight:
        token, other = tight.frame_token(), tight.frame_token(user="005AB000009ZzZzYAK")
        assert [tight.badge(token).status_code for _ in range(2)] == [200, 200]
        for _ in range(5):
            answer = tight.badge(token)
        assert (answer.status_code, answer.json["code"]) == (429, "rate-limited")
        assert 0 < int(answer.headers["Retry-After"]) <= 61
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert tight.badge(other).status_code == 200
        assert tight.client.post("/session/renew", data={"token": token}).status_code == 429
        assert tight.launch().status_code == 429
        assert counted(tight, "/components/<tag>") == 5
        [row, *more] = [each for each in tight.audited("request.refused") if each["route"] == "/components/<tag>"]
        assert (more, row["connection"], row["viewer"], row["status"]) == ([], "acme", "005AB000001ZzZzYAK", 429)
        tight.clock.now += 61
        assert tight.badge(token).status_code == 200


def test_a_batch_counts_too(world: World) -> None:
    with limited(world, limit_viewer="2/minute") as tight:
        token = tight.element_token()
        statuses = [tight.batch(token, [f"score-badge {LEAD} -"]).status_code for _ in range(3)]
    assert statuses == [200, 429, 429]


def test_a_connections_launches_have_a_limit_and_one_refused_by_it_is_not_used_up(world: World) -> None:
    with limited(world, limit_launches="1/minute") as tight:
        assert tight.launch().status_code == 200
        proof = {"signed_request": tight.signed()}
        page = tight.client.post("/launch/acme?component=score-badge", data=proof)
        assert (page.status_code, 'data-code="rate-limited"' in page.text) == (429, True)
        assert int(page.headers["Retry-After"]) > 0
        assert "frame-ancestors https://acme" in page.headers["Content-Security-Policy"]  # the viewer may read it
        assert tight.exchange().status_code == 200  # another connection
        tight.clock.now += 61
        assert tight.client.post("/launch/acme?component=score-badge", data=proof).status_code == 200
        assert [each["connection"] for each in tight.audited("request.refused")] == ["acme"]


def test_an_exchange_over_the_limit_is_told_as_oauth_has_it(world: World) -> None:
    with limited(world, limit_launches="1/minute") as tight:
        tight.exchange()
        answer = tight.exchange()
    assert (answer.status_code, answer.json["error"]) == (429, "temporarily_unavailable")
    assert answer.json["code"] == "rate-limited"
    assert int(answer.headers["Retry-After"]) > 0


def test_events_have_a_limit_that_only_the_host_can_reach(world: World) -> None:
    with limited(world, limit_events="2/minute") as tight:
        for _ in range(5):
            assert tight.event(LEAD, secret="whsec_d3Jvbmc=").status_code == 403
        assert [tight.event(LEAD).status_code for _ in range(3)] == [202, 202, 429]


# --- what is refused counts for its address ---

GARBAGE: dict[str, Any] = {
    "launch": lambda w, at: w.client.post("/launch/acme?component=score-badge", data={"signed_request": "a.b"}, **at),
    "unknown": lambda w, at: w.client.post("/launch/no?component=score-badge", data={"signed_request": "a.b"}, **at),
    "session": lambda w, at: w.client.post("/session", data={"grant_type": "x"}, **at),
    "component": lambda w, at: w.badge("x.y.z", **at),
    "batch": lambda w, at: w.client.post("/components:batch", data={"token": "x"}, **at),
    "renew": lambda w, at: w.client.post("/session/renew", data={"token": "x"}, **at),
    "event": lambda w, at: w.client.post("/events/acme", json={}, **at),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_an_address_that_is_refused_too_often_has_to_wait(world: World, name: str) -> None:
    with limited(world, limit_refused="3/minute") as tight:
        statuses = [GARBAGE[name](tight, {}).status_code for _ in range(6)]
        assert statuses[-2:] == [429, 429]
        assert 429 not in statuses[:2]
        assert int(GARBAGE[name](tight, {}).headers["Retry-After"]) > 0
        rows = [row for event in ("launch", "request", "session", "event") for row in tight.audited(f"{event}.refused")]
        assert len(rows) <= 2  # the refusal, and that it was one too many
        tight.clock.now += 61
        assert GARBAGE[name](tight, {}).status_code != 429


def test_a_stranger_who_has_to_wait_learns_nothing_about_which_connections_exist(world: World) -> None:
    with limited(world, limit_refused="2/minute") as tight:
        for _ in range(3):
            GARBAGE["unknown"](tight, {})
        known, unknown = GARBAGE["launch"](tight, {}), GARBAGE["unknown"](tight, {})
        assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
        assert known.headers["Retry-After"] == unknown.headers["Retry-After"]
        events = [tight.client.post(f"/events/{name}", json={}) for name in ("acme", "no")]
        assert events[0].data == events[1].data


def test_who_is_known_works_on_beside_a_neighbour_of_the_same_address(world: World) -> None:
    with limited(world, limit_refused="2/minute") as tight:
        token = tight.frame_token()
        for _ in range(5):
            GARBAGE["component"](tight, {})
        assert tight.badge(token).status_code == 200
        assert tight.event(LEAD).status_code == 202


BY_FORCE = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},  # any page that says no-referrer, or frames itself in a sandbox
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site"},  # as an image, or in a frame
]


@pytest.mark.parametrize("headers", BY_FORCE)
def test_a_page_that_one_of_a_house_visits_does_not_shut_the_house_out(world: World, headers: dict[str, str]) -> None:
    """Its script has the visitor's browser send what is refused; launches from listed pages go on."""
    with limited(world, limit_refused="3/minute") as tight:
        for name in ("launch", "session"):
            statuses = [GARBAGE[name](tight, {"headers": headers}).status_code for _ in range(6)]
            assert statuses[-2:] == [429, 429]  # it is stopped itself
        host = {"Origin": "https://acme.my.salesforce.com", "Sec-Fetch-Site": "cross-site"}
        proof = {"signed_request": tight.signed()}
        launch = tight.client.post("/launch/acme?component=score-badge", data=proof, headers=host)
        assert launch.status_code == 200
        window = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
        assert tight.client.post("/oauth/acme/callback", data={"state": "x"}, headers=window).status_code == 403


def test_a_reload_does_not_count(world: World) -> None:
    with limited(world, limit_refused="2/minute") as tight:
        proof = {"signed_request": tight.signed()}
        statuses = [tight.client.post("/launch/acme?component=score-badge", data=proof).status_code for _ in range(6)]
        assert set(statuses) == {200}  # the page that asks the host for a new launch
        assert tight.launch().status_code == 200


def test_behind_a_proxy_the_address_is_the_clients(world: World) -> None:
    with limited(world, proxies=1, limit_refused="2/minute") as tight:

        def ask(client: str) -> int:
            return int(GARBAGE["session"](tight, {"headers": {"X-Forwarded-For": client}}).status_code)

        assert [ask("192.0.2.1") for _ in range(3)] == [400, 400, 429]
        assert ask("192.0.2.2") == 400
        assert ask("192.0.2.3, 192.0.2.1") == 429  # the proxy's word counts, not the client's
    with limited(world, limit_refused="2/minute") as tight:  # no proxy: a client's word counts for nothing
        assert [ask(f"192.0.2.{n}") for n in range(3)] == [400, 400, 429]
