"""What is told of a review, to whoever acts on it in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from app.analysis.reading import Reading
from app.core.analyses import fingerprint
from app.db.reviews import Verdict
from app.launch import Record
from app.review import Reviews
from app.review.change import Listener, ReviewChange
from app.review.said import ReviewRefused, Said
from tests.library import CONTRACT, File, Shelf, shelf


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Shelf]:
    with shelf(tmp_path, {CONTRACT: File()}) as made:
        yield made


def reviews(stage: Shelf, *listeners: Listener) -> Reviews:
    p = stage.world.parts
    keyring, stored = p.reviews._kept._keyring, p.stored
    return Reviews(p.database, keyring, p.connections, stored, p.audit, p.epochs, p.metrics, p.clock, listeners)


def say(stage: Shelf, to: Reviews, reading: Reading, verdict: str, **said: str) -> None:
    assert reading.analysis is not None
    item, record = fingerprint(reading.analysis.findings[0]), Record.parse(CONTRACT)
    standing = stage.read(stage.session())[0].reviews.get(item)
    form = {"decision": reading.decision, "item": item, "verdict": verdict}
    form |= {"version": str(standing.version if standing else 0)} | said
    to.give(stage.session(), stage.connection(), "document-sidebar", record, reading, Said.parse(form))


def test_listeners_hear_of_each_change_in_order_and_of_none_that_did_not_happen(stage: Shelf) -> None:
    [reading] = stage.analysed(stage.session())
    heard: list[ReviewChange] = []
    to = reviews(stage, lambda _, change: heard.append(change))
    say(stage, to, reading, "override", severity="low", comment="In my own words")
    say(stage, to, reading, "undo")
    with pytest.raises(ReviewRefused):
        say(stage, to, reading, "undo")
    given, undone = heard
    assert (given.verdict, given.severity, given.approved, str(given.record)) == (
        Verdict.OVERRIDDEN,
        "low",
        True,
        CONTRACT,
    )
    assert (undone.verdict, undone.version > given.version) == (None, True)
    assert "own words" not in repr(heard)


def test_what_a_listener_cannot_do_leaves_no_review_behind(stage: Shelf) -> None:
    def full(_: Connection, change: ReviewChange) -> None:
        raise RuntimeError(change.item)

    [reading] = stage.analysed(stage.session())
    with pytest.raises(RuntimeError):
        say(stage, reviews(stage, full), reading, "accept")
    assert stage.read(stage.session())[0].reviews == {}
    assert stage.world.audited("review.given") == []
