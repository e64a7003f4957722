"""Revisions: what is published holds everywhere, what a start begins with, and what the audit says of a change."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from app.audit import AuditLog
from app.db import Database
from app.db.epochs import Announcement
from app.errors import Superseded
from app.metrics import Metrics
from app.revisions import KIND, Revisions, differences
from tests.databases import migrated_url
from tests.world import World

ONE, TWO, THREE = (f'[server]\npublic_url = "https://{name}.example"\n' for name in ("one", "two", "three"))


@pytest.fixture
def made(world: World) -> Revisions:
    return Revisions(world.parts.database, world.parts.audit, world.clock)


def test_what_is_published_is_the_newest_and_announced(made: Revisions, world: World) -> None:
    heard: list[Announcement] = []
    world.parts.epochs.subscribe(heard.append)
    assert made.newest() is None
    made.publish(ONE, "Ada", "file")
    second = made.publish(TWO, "Ada", "page")
    assert made.newest() == second
    world.parts.epochs.look()
    assert [each.key for each in heard if each.kind == KIND] == ["1", "2"]


def test_to_publish_the_same_again_has_what_it_refers_to_read_again(made: Revisions, world: World) -> None:
    assert made.publish(ONE, "Ada", "file").number < made.publish(ONE, "Bob", "file").number
    assert world.audited("configuration.changed")[-1].get("changes") in (None, [])
    assert made.start_with(ONE, "start").number == 2  # a start with the same file is nothing new


def test_a_start_takes_a_changed_file(made: Revisions) -> None:
    assert made.start_with(ONE, "start").text == ONE
    assert made.start_with(TWO, "start").text == TWO
    assert made.start_with(ONE, "start").text == ONE  # back to what it was: changed as well
    assert made.newest() is not None
    assert len(made.all()) == 3


def test_what_a_page_published_outlives_a_restart_with_the_same_file(made: Revisions) -> None:
    made.start_with(ONE, "start")
    made.publish(TWO, "Ada", "page")
    assert made.start_with(ONE, "start").text == TWO
    assert made.start_with(THREE, "start").text == THREE


def test_a_node_whose_file_is_only_behind_does_not_bring_it_back(made: Revisions) -> None:
    """The page's server writes its file too; the other nodes' files say what held before, or something in between."""
    made.start_with(ONE, "start")
    made.publish(TWO, "Ada", "page")
    made.publish(THREE, "Ada", "page")
    for text in (ONE, TWO, THREE):
        assert made.start_with(text, "start").text == THREE
    assert len(made.all()) == 3


def test_it_is_published_only_over_what_it_was_made_from(made: Revisions) -> None:
    first = made.publish(ONE, "Ada", "file")
    made.publish(TWO, "Ada", "page", over=first.number)
    with pytest.raises(Superseded):
        made.publish(THREE, "Bob", "page", over=first.number)
    assert [each.text for each in made.all()] == [TWO, ONE]


def test_the_audit_says_what_changed(made: Revisions, world: World) -> None:
    made.publish(ONE, "Ada", "file")
    made.publish(TWO + 'keys = ["env:INLAY_KEY"]\n', "Ada", "page")
    first, second = world.audited("configuration.changed")
    assert "changes" not in first or first["changes"] == []
    assert second["changes"] == [
        "server.keys: not set -> ['env:INLAY_KEY']",
        "server.public_url: 'https://one.example' -> 'https://two.example'",
    ]


def test_differences_are_by_setting_whatever_the_order() -> None:
    assert differences("[a]\nx = 1\ny = 2\n", "[a]\ny = 2\nx = 1\n") == []
    [gone] = differences("[a]\nx = 1\n[a.b]\nz = 3\n", "[a]\nx = 1\n")
    assert str(gone) == "a.b.z: 3 -> not set"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_of_two_who_publish_at_the_same_moment_one_is_told(kind: str, tmp_path: Path) -> None:
    with migrated_url(kind, tmp_path) as url, closing(Database(url)) as database:
        made = Revisions(database, AuditLog(database, time.time, Metrics()), time.time)
        first, gate = made.publish(ONE, "Ada", "file"), threading.Barrier(4)

        def publish(by: int) -> str:
            gate.wait()
            try:
                return str(made.publish(f"{TWO}# {by}\n", str(by), "page", over=first.number).number)
            except Superseded:
                return "told"

        with ThreadPoolExecutor(4) as threads:
            came = sorted(threads.map(publish, range(4)))
        assert came == [str(first.number + 1), "told", "told", "told"]
        assert len(made.all()) == 2
