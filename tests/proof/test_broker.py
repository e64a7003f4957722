"""A broker that is killed in the middle, with events on their way in and scores on their way out: nothing is lost, and
nothing has its effect twice.
"""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from app.launch import Record
from tests import services
from tests.rabbit import Rabbit, until
from tests.world import LEAD, World
from tests.world import world as make_world

pytestmark = [pytest.mark.proof, pytest.mark.alone]

EVENTS, KILLS = 300, 2


def _send_all(corner: Rabbit, sent: list[str]) -> None:
    """Events one after the other, each until the broker has confirmed it: some are sent twice, none is left out."""
    for number in range(EVENTS):
        name, record = f"evt-{number}", f"Lead/00QAB00000{number:05}AAA"
        while True:
            with contextlib.suppress(Exception):
                corner.send({"type": "record.changed", "data": {"record": record}}, id_=name)
                break
            time.sleep(0.1)
        sent.append(name)


def _rescore(world: World, stop: threading.Event) -> int:
    """Another score of the lead again and again, as its core would give it; how many."""
    connection, scores = world.parts.connections.get("acme"), 0
    while not stop.is_set():
        world.core.score = float(scores % 90)
        world.event(LEAD)
        _scored(world, connection)
        scores += 1
        time.sleep(0.02)
    return scores


def _scored(world: World, connection: Any) -> None:
    world.parts.epochs.look()
    world.parts.warmer.score(connection, connection.capabilities[0], [Record.parse(LEAD)], 5.0)


def test_a_killed_broker_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    with services.private_rabbitmq() as server:
        corner = Rabbit(server.url, "inlay-proof")
        heard = corner.subscriber()
        with make_world(tmp_path, broker=corner.settings) as world:
            world.frame_token()
            world.runner.start()
            until(corner.is_there, 30)
            sent: list[str] = []
            stop, made = threading.Event(), list[int]()
            sender = threading.Thread(target=_send_all, args=(corner, sent))
            scorer = threading.Thread(target=lambda: made.append(_rescore(world, stop)))
            sender.start()
            scorer.start()
            for kill in range(1, KILLS + 1):
                until(lambda kill=kill: len(sent) > kill * EVENTS / (KILLS + 1), 120)
                server.kill()
                time.sleep(2.0)  # scores go on, events wait
                server.start()
            sender.join(180)
            stop.set()
            scorer.join(60)
            assert not sender.is_alive()

            accepted = lambda: [row["event_id"] for row in world.audited("event.accepted") if row["how"] == "broker"]  # noqa: E731
            until(lambda: len(accepted()) >= EVENTS, 60)
            assert sorted(accepted()) == sorted(f"evt-{number}" for number in range(EVENTS))  # each once
            repeated = len(world.audited("event.repeated"))

            until(lambda: _waiting(world) == 0, 90)
            events = [event for _, _, event in corner.all_of(heard, 1)]
            decided = {row["decision"] for row in world.audited("answer.given")}
            first: dict[str, int] = {}
            for event in events:
                first.setdefault(event["id"], int(event["sequence"]))
            assert first.keys() <= decided
            assert len(first) == _written(world)  # every one that was ever written was heard
            assert list(first.values()) == sorted(first.values())  # in their order, by when each was heard first
            print(
                f"{EVENTS} events in: {repeated} came twice; {len(first)} scores out: "
                f"{len(events) - len(first)} heard twice; {KILLS} kills"
            )


def _waiting(world: World) -> int:
    return _count(world, "WHERE published_at IS NULL")


def _written(world: World) -> int:
    return _count(world, "")


def _count(world: World, which: str) -> int:
    with world.parts.database.read() as conn:
        return int(conn.exec_driver_sql(f"SELECT count(*) FROM outbox {which}").scalar_one())
