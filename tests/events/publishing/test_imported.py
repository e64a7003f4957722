"""Imported scores are told too, and put into the host's records: only what is new, and nothing that was overtaken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import WriteBack
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


def wishes(world: World) -> dict[str, tuple[float, int]]:
    """By record: what it is to hold, and how often that changed."""
    with world.parts.database.read() as conn:
        rows = conn.exec_driver_sql("SELECT record_id, score, version, cause FROM write_backs ORDER BY record_id").all()
        waiting = conn.exec_driver_sql("SELECT count(*) FROM jobs WHERE kind = 'write_back'").scalar_one()
    assert {row.cause for row in rows} <= {"score"}
    assert waiting == len(rows)
    return {row.record_id: (row.score, row.version) for row in rows}


def imported(world: World) -> None:
    """The job that follows an import; not those that write."""
    while world.runner.step(["announce"]):
        pass


def test_imported_scores_are_put_into_the_host_s_records_where_that_is_set_up(world: World) -> None:
    """As a core's are: what moved enough, once, of records that have no newer one."""
    mine = key(world)
    rows = [row(record=f"Lead/00QAB00000{n:05}AAA", score=float(n % 60)) for n in range(450)]
    assert bring(world, mine, lines(*rows)).status_code == 200
    imported(world)
    assert wishes(world) == {}
    settings = world.parts.connections.get("acme").settings
    object.__setattr__(settings, "write_back", {"lead_score": WriteBack({"score": "AI_Score__c"}, at_least=5)})
    nearly = [each | {"computed_at": at(-1800), "score": each["score"] + 1} for each in rows]
    assert bring(world, mine, lines(*nearly), "b2").status_code == 200
    imported(world)
    assert wishes(world) == {each["record"].partition("/")[2]: (each["score"], 1) for each in nearly}
    again = [each | {"computed_at": at(-900), "score": each["score"] + 40.0 * (n < 3)} for n, each in enumerate(nearly)]
    assert bring(world, mine, lines(*again), "b3").status_code == 200
    imported(world)
    assert [version for _, version in wishes(world).values()] == [2, 2, 2, *[1] * 447]


def test_an_imported_score_that_was_overtaken_is_not_written(world: World) -> None:
    settings = world.parts.connections.get("acme").settings
    world.frame_token()  # a score of now
    object.__setattr__(settings, "write_back", {"lead_score": WriteBack({"score": "AI_Score__c"})})
    assert bring(world, key(world), lines(row())).status_code == 200
    imported(world)
    assert wishes(world) == {}
