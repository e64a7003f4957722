"""Imported scores are told too: only what is new, and nothing that was overtaken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db import outbox
from tests.events.publishing.test_publishing import BROKER
from tests.machines.callers.world import at, bring, key, lines, row
from tests.world import World
from tests.world import world as make_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path, broker=BROKER) as made:
        yield made


def told(world: World) -> list[tuple[str, float]]:
    entries = outbox.following(world.parts.database, "main", 1_000)
    return [(each.record_id, json.loads(each.body)["data"]["score"]) for each in entries]


def test_of_a_batch_what_differs_from_before_is_told_once(world: World) -> None:
    mine = key(world)
    others = [row(record=f"Lead/00QAB00000{n:05}AAA", score=float(n % 90)) for n in range(450)]
    assert bring(world, mine, lines(*others)).status_code == 200
    assert told(world) == []  # first the import is answered
    world.run_jobs()
    assert sorted(told(world)) == sorted((each["record"].partition("/")[2], each["score"]) for each in others)
    higher = [each | {"computed_at": at(-1800), "score": 95.0} for each in others[:3]]
    same = [each | {"computed_at": at(-1800)} for each in others[3:]]
    assert bring(world, mine, lines(*higher, *same), "b2").status_code == 200
    world.run_jobs()
    assert len(told(world)) == 453
    assert {value for _, value in told(world)[450:]} == {95.0}


def test_what_was_overtaken_is_not_told(world: World) -> None:
    world.frame_token()  # a score of now
    assert bring(world, key(world), lines(row())).status_code == 200  # one of an hour ago
    world.run_jobs()
    assert [value for _, value in told(world)] == [72.0]
