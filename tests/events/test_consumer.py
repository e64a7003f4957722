"""Events from a real broker, sent by a plain client: taken once, acknowledged after that, or parked with a reason."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.application import begin_jobs
from tests import services
from tests.rabbit import Rabbit, rabbit, until
from tests.world import LEAD, World
from tests.world import world as make_world


@pytest.fixture
def corner() -> Iterator[Rabbit]:
    with rabbit(services.url(services.RABBITMQ)) as made:
        yield made


@pytest.fixture
def world(tmp_path: Path, corner: Rabbit) -> Iterator[World]:
    with make_world(tmp_path, broker=corner.settings) as made:
        yield made


def test_an_event_from_the_broker_outdates_and_is_then_acknowledged(world: World, corner: Rabbit) -> None:
    begin_jobs(world.parts)
    world.frame_token()
    world.core.score = 31.0
    world.runner.start()
    until(corner.is_there)
    corner.send({"type": "record.changed", "data": {"record": LEAD}}, id_="evt-1")
    until(lambda: len(world.audited("answer.given")) == 2)
    [row] = world.audited("event.accepted")
    assert (row["connection"], row["how"], row["event_id"]) == ("acme", "broker", "evt-1")
    corner.send({"type": "record.changed", "data": {"record": LEAD}}, id_="evt-1")
    until(lambda: world.audited("event.repeated"))
    assert len(world.audited("answer.given")) == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "event-malformed"),
        (b"\xff", "event-malformed"),
        (b"x" * 600_000, "event-too-large"),
        (b'{"type": "record.deleted", "data": {"record": "Lead/1"}}', "event-type-unknown"),
        (b'{"type": "record.changed", "data": {"record": "<script>"}}', "record-malformed"),
    ],
)
def test_what_can_never_be_taken_is_parked_with_its_reason(
    world: World, corner: Rabbit, body: bytes, reason: str
) -> None:
    world.runner.start()
    until(corner.is_there)
    corner.send(body, {"type": "record.changed", "data": {"record": LEAD}})
    until(lambda: world.audited("event.accepted"))  # what comes behind it is not held up
    until(lambda: corner.depth(f"{corner.name}.parked") == 1)
    assert [(each["connection"], each["reason"]) for each in world.audited("event.refused")] == [("acme", reason)]


def test_while_the_database_is_away_the_broker_keeps_the_event(world: World, corner: Rabbit) -> None:
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE changes RENAME TO gone")
    world.runner.start()
    until(corner.is_there)
    corner.send({"type": "record.changed", "data": {"record": LEAD}}, id_="evt-1")
    time.sleep(0.5)  # long enough for it to be taken, and to be given back
    assert world.audited("event.accepted") == []
    with world.parts.database.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE gone RENAME TO changes")
    until(lambda: world.audited("event.accepted"), 20)
    assert len(world.audited("event.accepted")) == 1
    assert corner.depth(f"{corner.name}.parked") == 0
