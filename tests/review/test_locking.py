"""Two who speak at one moment, on both databases: one is kept, and the other is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from app.db import Database
from app.db import reviews as rows
from tests.databases import migrated_url
from tests.viewing import Person, person
from tests.world import World
from tests.world import world as make_world

SPEAKERS = 6


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with migrated_url(request.param, tmp_path) as url, make_world(tmp_path, store=url) as made:
        yield made


def at_once(people: list[Person], seen: dict[str, str]) -> list[Any]:
    """All of them have seen the same, and press at one moment."""
    start = threading.Barrier(len(people))

    def press(who: Person) -> Any:
        with who.world.another() as own:  # a process of their own, as far as the database can tell
            mine = Person(own, who.token)
            start.wait(20)
            return mine.override(10 + people.index(who), seen)

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(press, people))


def test_of_all_who_speak_at_once_one_is_kept_and_the_others_are_told(world: World) -> None:
    people = [person(world, f"viewer-{n}", f"Viewer {n}") for n in range(SPEAKERS)]
    answers = at_once(people, people[0].seen())
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200, *[409] * (SPEAKERS - 1)], [answer.text for answer in answers]
    kept = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
    world.parts.epochs.look()
    review = people[0].review()
    assert review is not None
    assert (review.by, review.value) == (f"Viewer {kept}", 10.0 + kept)
    assert len(world.audited("review.given")) == 1
    assert len(world.audited("review.conflict")) == SPEAKERS - 1
    told = {answer.json["detail"].split(",")[0] for answer in answers if answer.status_code == 409}
    assert told == {f"Meanwhile: Set to {10 + kept} by Viewer {kept}"}


def test_versions_only_grow(world: World) -> None:
    ana = person(world, "ana")
    versions = []
    for verdict in ("accept", "accept", "undo", "accept"):
        ana.say(verdict)
        versions.append(int(ana.seen()["version"]))
    assert versions == sorted(set(versions))  # also where an undo brought the first back
    ana.say("undo")
    ana.say("undo")
    assert ana.seen()["version"] == "0"


def test_a_row_of_before_versions_has_one(world: World) -> None:
    """A server of the release before writes beside us and knows no versions: what it wrote is not spoken over."""
    ana = person(world, "ana")
    ana.say("accept")
    database: Database = world.parts.database
    with database.begin() as conn:
        conn.exec_driver_sql("UPDATE reviews SET version = 1")
        assert rows.one(conn, "acme", "lead_score", "Lead", ana.record.partition("/")[2], "score")
    world.parts.epochs.look()
    assert ana.say("accept", {**ana.seen(), "version": "0"}).status_code == 409
