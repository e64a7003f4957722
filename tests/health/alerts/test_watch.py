"""The watch: what is wrong is told once, whoever sees it, until somebody takes it; and so is that it is over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from standardwebhooks import Webhook

from app.config import Secret
from app.config.table import AlertSettings
from app.db.jobs import depth
from app.errors import BadRequest
from app.figures.names import JOBS_DEAD, ROAD, answered
from app.figures.sketch import Sketch
from app.figures.stored import Figure
from tests.world import World, running

KEY, NEXT = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@dataclass
class Receiver:
    """A real server that takes messages, or says no."""

    status: int = 204
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.heard]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Quiet."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.heard.append((dict(self.headers.items()), body))
            self.send_response(made.status)
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}/inlay"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def told(world: World, receiver: Receiver) -> Iterator[World]:
    """The world, with a webhook."""
    alerts = AlertSettings(webhook=receiver.url, secrets=(Secret(KEY), Secret(NEXT)))
    settings = replace(world.settings, alerts=alerts)
    with running(settings, world.clock) as (parts, runner):
        yield replace(world, settings=settings, parts=parts, runner=runner)


def failing(world: World, connection: str = "acme", failed: int = 6, of: int = 100) -> None:
    rows = [
        Figure(connection, "", answered("unavailable"), failed),
        Figure(connection, "", answered("ready"), of - failed),
    ]
    world.parts.figures.stored.add(rows, (), world.clock.now)


def test_what_is_wrong_is_told_once_and_so_is_that_it_is_over(told: World, receiver: Receiver) -> None:
    failing(told)
    told.parts.watch.look()
    told.parts.watch.look()
    while told.runner.step(["alert"]):
        pass
    [(headers, body)] = receiver.heard
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    for key in (KEY, NEXT):  # by the library that the standard offers
        assert Webhook(key).sign(headers["webhook-id"], at, body.decode()) in headers["webhook-signature"].split()
    data = json.loads(body)["data"]
    assert (data["rule"], data["connection"], data["severity"], data["value"]) == ("errors", "acme", "critical", 0.06)
    assert data["summary"] == "Error rate over 0.1 % for acme (6.00 %)"
    assert data["url"] == "https://inlay.example.com/admin/alerts"
    told.clock.now += 3600
    told.parts.watch.look()
    told.runner.step(["alert"])
    fired, resolved = receiver.bodies()
    assert (resolved["type"], resolved["data"]["rule"]) == ("alert.resolved", "errors")
    assert resolved["data"]["fired_at"] == fired["data"]["fired_at"] < resolved["data"]["resolved_at"]
    assert told.parts.watch.kept.lasting() == []
    [over] = told.parts.watch.kept.over(10)
    assert over.resolved_at == told.clock.now


def test_two_processes_that_look_at_once_tell_it_once(told: World) -> None:
    failing(told)
    with told.another() as other:
        other.parts.watch.kept.lasting = lambda: []  # type: ignore[method-assign] # it read just before
        told.parts.watch.look()
        other.parts.watch.look()
    assert len(told.parts.watch.kept.messages(10)) == 1
    assert len(told.parts.watch.kept.lasting()) == 1


def test_a_receiver_that_says_no_is_asked_again_with_the_same_message(told: World, receiver: Receiver) -> None:
    failing(told)
    told.parts.watch.look()
    receiver.status = 503
    told.runner.step(["alert"])
    [message] = told.parts.watch.kept.messages(10)
    assert (message.sent_at, message.error) == (None, "webhook-status-503")
    receiver.status = 200
    told.clock.now += 60
    assert told.runner.step(["alert"])
    [message] = told.parts.watch.kept.messages(10)
    assert (message.sent_at, message.error) == (told.clock.now, "")
    (first, body), (second, again) = receiver.heard
    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    assert first["webhook-timestamp"] != second["webhook-timestamp"]
    told.parts.watch.send(message.id)  # the job is run once more
    assert len(receiver.heard) == 2


def test_it_comes_back_each_minute_once_for_all(told: World) -> None:
    told.parts.watch.begin()
    with told.another() as other:
        other.parts.watch.begin()
    assert not told.runner.step(["watch"])
    told.clock.now += 61
    assert told.runner.step(["watch"])
    assert not told.runner.step(["watch"])
    assert depth(told.parts.database, told.clock.now)["waiting"] == 1


def test_each_rule_is_read_off_the_figures(world: World) -> None:
    stored, now = world.parts.figures.stored, world.clock.now
    slow, quick = Sketch(), Sketch()
    slow.add(3.0, 40)
    quick.add(0.1, 40)
    stored.add(
        [
            Figure("acme", "score-badge", ROAD, 40, slow),
            Figure("acme-pages", "score-badge", ROAD, 40, quick),
            Figure("acme", "", answered("stale"), 30),
            Figure("acme", "", answered("ready"), 10),
            Figure("acme", "", answered("unavailable"), 1),  # one in forty, but one is no sign
            Figure("", "", JOBS_DEAD, 2),
        ],
        (),
        now,
    )
    found = {(each.rule.name, each.connection): each for each in world.parts.watch.now(["acme", "acme-pages"])}
    assert found["latency", "acme"].value == pytest.approx(3.0, rel=0.01)
    assert found["latency", "acme-pages"].value == pytest.approx(0.1, rel=0.01)
    assert found["freshness", "acme"].value == 0.75
    assert found["freshness", "acme-pages"].value is None
    assert found["dead-jobs", ""].value == 2
    assert {key for key, each in found.items() if each.broken} == {
        ("latency", "acme"), ("freshness", "acme"), ("dead-jobs", "")
    }  # fmt: skip


def test_a_log_that_nobody_seals_is_an_alert(world: World) -> None:
    def unsealed() -> Any:
        return next(each for each in world.parts.watch.now([]) if each.rule.name == "unsealed")

    world.parts.audit.write("audit.resumed", detail={"since": "now"})
    assert not unsealed().broken
    world.clock.now += 3_600
    assert unsealed().broken
    world.parts.sealer.run()
    assert not unsealed().broken


def test_a_day_with_a_gap_is_an_alert_and_a_first_hour_with_one_is_not(world: World) -> None:
    stored, begin = world.parts.figures.stored, world.clock.now // 86_400 * 86_400
    up = [minute for minute in range(1_440) if not 600 <= minute < 610]

    def uptime() -> Any:
        return next(each for each in world.parts.watch.now([]) if each.rule.name == "uptime")

    for minute in up:
        stored.add((), (), begin + minute * 60)
        if minute == 30:
            world.clock.now = begin + 60 * 60
            assert not uptime().broken
    world.clock.now = begin + 1_440 * 60
    assert uptime().value == pytest.approx(1_430 / 1_440)
    assert uptime().broken


def test_a_test_says_that_it_is_one(told: World, receiver: Receiver) -> None:
    told.parts.watch.test("Ada")
    told.runner.step(["alert"])
    assert receiver.bodies()[0]["type"] == "alert.test"
    assert [row["admin"] for row in told.audited("alert.tested")] == ["Ada"]


def test_without_a_webhook_it_is_only_shown(world: World) -> None:
    failing(world)
    world.parts.watch.look()
    assert [each.rule for each in world.parts.watch.kept.lasting()] == ["errors"]
    assert world.parts.watch.kept.messages(10) == []
    with pytest.raises(BadRequest):
        world.parts.watch.test("Ada")


def test_what_is_old_is_forgotten(told: World) -> None:
    failing(told)
    told.parts.watch.look()
    told.parts.watch.kept.prune(told.clock.now + 500 * 86_400)
    assert told.parts.watch.kept.messages(10) == []
    assert len(told.parts.watch.kept.lasting()) == 1  # what lasts is not old
    told.clock.now += 3600
    told.parts.watch.look()
    told.parts.watch.kept.prune(told.clock.now + 500 * 86_400)
    assert told.parts.watch.kept.over(10) == []
