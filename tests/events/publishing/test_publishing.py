"""What is told to others: in the transaction of its cause, only what is new, of people only which record it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.config import BrokerSettings
from app.db import outbox
from app.db.outbox import Kept
from app.db.reviews import Verdict
from app.events.publishing import Announcements, sequenced
from app.launch import Record
from app.review.change import SCORE, ReviewChange
from tests.world import LEAD, World
from tests.world import world as make_world

BROKER = BrokerSettings(name="main", url="amqp://127.0.0.1:1")  # nobody is there


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path, broker=BROKER) as made:
        yield made


def told(world: World) -> list[Kept]:
    return outbox.following(world.parts.database, "main", 100)


def data(world: World) -> list[dict[str, Any]]:
    return [json.loads(each.body)["data"] for each in told(world)]


def scored_again(world: World, **changes: Any) -> None:
    world.core.changes = changes
    assert world.event(LEAD).status_code == 202
    assert world.run_jobs() == 1


def change(**said: Any) -> ReviewChange:
    facts: dict[str, Any] = {
        "connection": "acme", "capability": "lead_score", "record": Record.parse(LEAD), "decision": "d-1",
        "item": SCORE, "verdict": Verdict.OVERRIDDEN, "value": 20.0, "severity": "", "reason": "known-customer",
        "viewer": "005AB000001ZzZzYAK", "approved": True, "version": 1, "at": 1_795_000_000.0,
    }  # fmt: skip
    return ReviewChange(**facts | said)


def test_only_a_score_that_differs_is_news(world: World) -> None:
    world.frame_token()
    scored_again(world)
    assert len(told(world)) == 1
    assert len(world.audited("answer.given")) == 2
    scored_again(world, score=40.0)
    scored_again(world, score=40.0, model={"name": "test-core", "version": "2"})
    assert [(each["score"], each["model"]["version"]) for each in data(world)] == [
        (72.0, "1"),
        (40.0, "1"),
        (40.0, "2"),
    ]


def test_of_people_it_names_the_record_and_nothing_else(world: World) -> None:
    world.frame_token()
    with world.parts.database.begin() as conn:
        Announcements(world.settings).reviewed(conn, change())
    bodies = " ".join(each.body for each in told(world))
    for private in ("Asked for a demo", "1000000", "005AB000001ZzZzYAK", "Zoë"):
        assert private not in bodies
    assert {json.loads(each.body)["subject"] for each in told(world)} == {LEAD}


def test_what_a_launch_carried_is_told_to_nobody(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    with make_world(tmp_path / "first") as plain:
        carried = replace(plain.settings.connections["acme-carried"], broker="main", publish=("lead_score",))
    with make_world(tmp_path, broker=BROKER, connections=[carried]) as world:
        world.element_token(connection="acme-carried", fields=None, features={LEAD: {"activity": 3}})
        assert len(world.audited("answer.given")) == 1
        assert told(world) == []


def test_a_connection_that_publishes_nothing_tells_nothing(world: World) -> None:
    world.element_token()  # through acme-pages
    assert len(world.audited("answer.given")) == 1
    assert told(world) == []


def test_a_review_is_told_by_its_listener_and_its_retraction_too(world: World) -> None:
    announcements = Announcements(world.settings)
    with world.parts.database.begin() as conn:
        announcements.reviewed(conn, change())
        announcements.reviewed(conn, change())  # the same change is one event
        announcements.reviewed(conn, change(verdict=None, value=None, version=2))
        announcements.reviewed(conn, change(capability="other"))
    assert [(each.type, each.key) for each in told(world)] == [
        ("inlay.review.given", "inlay.review.given.acme.lead_score")
    ] * 2
    assert [(each["verdict"], each["value"], each["version"]) for each in data(world)] == [
        ("overridden", 20.0, 1), (None, None, 2),
    ]  # fmt: skip


def test_what_is_undone_was_never_told(world: World) -> None:
    def undone() -> None:
        with world.parts.database.begin() as conn:
            Announcements(world.settings).reviewed(conn, change())
            raise RuntimeError("the review is refused")

    with pytest.raises(RuntimeError):
        undone()
    assert told(world) == []


def test_each_has_its_place_in_the_order(world: World) -> None:
    world.frame_token()
    scored_again(world, score=40.0)
    first, second = (json.loads(sequenced(each)) for each in told(world))
    assert first["sequence"] < second["sequence"]
    assert first["id"] != second["id"]


def test_one_process_publishes_at_a_time_and_a_killed_one_is_followed(world: World) -> None:
    with world.parts.database.begin() as conn:
        assert outbox.hold(conn, "main", "one", 0.0, 30.0)
        assert outbox.hold(conn, "main", "one", 10.0, 40.0)  # goes on
        assert not outbox.hold(conn, "main", "other", 39.0, 70.0)
        assert outbox.hold(conn, "main", "other", 41.0, 71.0)
        assert not outbox.hold(conn, "main", "one", 42.0, 72.0)
        outbox.let_go(conn, "main", "other")
        assert outbox.hold(conn, "main", "one", 43.0, 73.0)


def test_what_was_published_is_forgotten_after_a_day(world: World) -> None:
    world.frame_token()
    [entry] = told(world)
    with world.parts.database.begin() as conn:
        outbox.published(conn, [entry.id], 1_000.0)
        outbox.prune(conn, 1_000.0 + 86_000)
    assert [each.id for each in outbox.lately(world.parts.database, 0.0, "acme", 10)] == [entry.id]
    with world.parts.database.begin() as conn:
        outbox.prune(conn, 1_000.0 + 87_000)
    assert outbox.lately(world.parts.database, 0.0, "", 10) == []
