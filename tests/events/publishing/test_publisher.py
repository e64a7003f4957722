"""Scores at a real broker, heard by a plain client: nothing lost, each event known by its id, in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

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


def waiting(world: World) -> int:
    with world.parts.database.read() as conn:
        return int(conn.exec_driver_sql("SELECT count(*) FROM outbox WHERE published_at IS NULL").scalar_one())


def test_a_score_is_heard_by_a_client_that_is_none_of_ours(world: World, corner: Rabbit) -> None:
    heard = corner.subscriber("inlay.score.changed.acme.*")
    world.frame_token()
    assert waiting(world) == 1
    world.runner.start()
    [(method, properties, event)] = corner.all_of(heard, 1)
    assert method.routing_key == "inlay.score.changed.acme.lead_score"
    assert (properties.content_type, properties.delivery_mode) == ("application/cloudevents+json; charset=utf-8", 2)
    [answer] = world.audited("answer.given")
    assert properties.message_id == event["id"] == answer["decision"]
    assert datetime.fromisoformat(event.pop("time")).tzinfo is not None
    assert int(event.pop("sequence")) > 0
    assert event == {
        "specversion": "1.0",
        "id": answer["decision"],
        "source": "https://inlay.example.com/connections/acme",
        "type": "inlay.score.changed",
        "subject": LEAD,
        "datacontenttype": "application/json",
        "data": {
            "connection": "acme",
            "capability": "lead_score",
            "record": LEAD,
            "score": 72.0,
            "band": "high",
            "meaning": "probability",
            "model": {"name": "test-core", "version": "1"},
            "as_of": "2026-11-23T12:00:00+00:00",
            "decision": answer["decision"],
        },
    }
    until(lambda: waiting(world) == 0)
    [row] = world.audited("event.published")
    assert (row["connection"], row["records"], row["broker"]) == ("acme", 1, "main")
