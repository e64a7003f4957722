"""Scores on a shelf: they come back as they were, nothing else is believed, and their times are spread."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.core.shared import KEPT_S, SPREAD, Kept, SharedScores, decoded, encoded, size
from app.core.stored import CARRIED, OUTDATED
from app.launch import Record
from tests.core.scored import KEY, stored
from tests.core.shelf import MemoryShelf

OTHERS = [
    replace(KEY, connection="b"),
    replace(KEY, capability="c"),
    replace(KEY, record=Record("Case", "1")),
    replace(KEY, carried=CARRIED + "x"),
    replace(KEY, arm="b"),
]


def test_what_was_put_comes_back_in_one_round_trip() -> None:
    shelf = MemoryShelf()
    scores = SharedScores(shelf, "life")
    keys = [KEY, *OTHERS]
    entries = {key: Kept(stored(f"d{n}", key=key, value=float(n)), n) for n, key in enumerate(keys)}
    scores.put(entries.values(), now=1000)
    assert shelf.asked == 1
    assert scores.get(keys) == entries
    assert shelf.asked == 2


@pytest.mark.parametrize("other", OTHERS)
def test_nothing_of_another_key_is_found(other: object) -> None:
    scores = SharedScores(MemoryShelf(), "life")
    scores.put([Kept(stored("d1", key=other), 1)], now=1000)  # type: ignore[arg-type]
    assert scores.get([KEY]) == {}


def test_two_databases_share_a_shelf_and_no_scores() -> None:
    shelf = MemoryShelf()
    SharedScores(shelf, "one").put([Kept(stored("d1"), 1)], now=1000)
    assert SharedScores(shelf, "another").get([KEY]) == {}


@pytest.mark.parametrize("value", [b"", b"\xff\xfe", b"{}", b"[]", b"null", b"[1]", encoded(Kept(stored("d"), 1))[:-9]])
def test_what_we_did_not_write_is_not_there(value: bytes) -> None:
    assert decoded(KEY, value) is None


def test_what_the_database_seals_is_not_here() -> None:
    """The features: of them only the hash."""
    values = json.loads(encoded(Kept(stored("d1"), 7)))
    assert values[:3] == [7, "d1", "hash"]
    assert len(values) == 14


def test_what_was_stored_together_does_not_go_together() -> None:
    shelf = MemoryShelf()
    kept = [Kept(stored(f"d{n}", key=replace(KEY, record=Record("Lead", str(n)))), 1) for n in range(200)]
    SharedScores(shelf, "life").put(kept, now=1000)
    longest = 900 + KEPT_S
    assert (1 - SPREAD) * longest <= min(shelf.seconds) < max(shelf.seconds) <= longest
    assert max(shelf.seconds) - min(shelf.seconds) > longest * SPREAD / 2
    SharedScores(shelf, "life").put([Kept(stored("o", fresh_until=OUTDATED), 1)], now=1000)
    assert 0 < shelf.seconds[-1] <= KEPT_S


def test_a_size_grows_with_what_is_said() -> None:
    one = stored("d1")
    [factor] = one.score.factors
    longer = replace(one, score=replace(one.score, factors=(factor, replace(factor, detail="x" * 1000))))
    assert size(Kept(longer, 1)) >= size(Kept(one, 1)) + 1000
