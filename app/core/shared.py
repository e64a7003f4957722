"""Scores shared by all processes, in a store that may forget them at any time: the form that they have there.

What is kept here is what the table of scores has in plain too (`app/db/schema.py`): the number, its reasons, the model
and the hash of the features. The features themselves, which the table has sealed, never come here; so there is
nothing to seal, and 200 scores are read in a millisecond. Whoever can read the database's plain columns can read
this, and whoever could write here could show wrong numbers: it belongs behind the same door as the database.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from app.core.shapes import Factor, Meaning, Model, Score
from app.core.stored import Key, Stored

VERSION = 2  # of the form; it is part of the names, so that two versions of us can run side by side
KEPT_S = 3600.0  # after a score is no longer fresh: it may still be shown, and what it was is seldom asked later
SPREAD = 0.15  # how much earlier at most an entry goes, so that what was stored together does not go together


@dataclass(frozen=True, slots=True)
class Kept:
    """A score, and the epoch as of which it was read from the database or decided: see `app.core.changes`."""

    stored: Stored
    epoch: int


class Shelf(Protocol):
    """Where bytes are kept under names, for a while. Fails open: what cannot be read is not there."""

    def get_many(self, names: Sequence[str]) -> list[bytes | None]:
        """What lies under these names, in their order; None where nothing does, or nobody answers."""

    def put_many(self, entries: Sequence[tuple[str, bytes, float]]) -> None:
        """Lay down bytes under names, each for so many seconds."""

    def drop(self, names: Sequence[str]) -> bool:
        """Take away what lies under these names; whether that was done."""

    def close(self) -> None:
        """Give its connections back."""


class SharedScores:
    """Scores on a shelf. `life` names the database that they are of: a shelf may outlive it, or serve several."""

    def __init__(self, shelf: Shelf, life: str) -> None:
        self._shelf, self._prefix = shelf, f"inlay:{life}:s{VERSION}:"

    def get(self, keys: Sequence[Key]) -> dict[Key, Kept]:
        """What is there of these keys, in one round trip. Whether to believe it is the caller's question."""
        values = self._shelf.get_many([self._prefix + str(key) for key in keys])
        found = {key: decoded(key, value) for key, value in zip(keys, values, strict=True) if value is not None}
        return {key: kept for key, kept in found.items() if kept is not None}

    def put(self, entries: Iterable[Kept], now: float) -> None:
        """Keep scores, in one round trip."""
        self._shelf.put_many(
            [(self._prefix + str(each.stored.key), encoded(each), _seconds(each.stored, now)) for each in entries]
        )

    def drop(self, keys: Iterable[Key]) -> bool:
        """Take scores away; whether they are surely gone."""
        return self._shelf.drop([self._prefix + str(key) for key in keys])

    def close(self) -> None:
        """Give the shelf's connections back."""
        self._shelf.close()


def _seconds(stored: Stored, now: float) -> float:
    chance = random.uniform(1 - SPREAD, 1)  # noqa: S311 no secret
    return (max(stored.fresh_until - now, 0.0) + KEPT_S) * chance


def encoded(kept: Kept) -> bytes:
    """A list without names: half of the bytes of an object, and read as fast."""
    stored, score = kept.stored, kept.stored.score
    values = [
        kept.epoch,
        stored.decision,
        stored.features_hash,
        stored.stored_at,
        stored.fresh_until,
        stored.core,
        score.value,
        str(score.meaning),
        score.confidence,
        score.model.name,
        score.model.version,
        score.computed_at.timestamp(),
        score.valid_for_s,
        [[each.label, each.effect, each.detail, each.fields] for each in score.factors],
    ]
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()


def decoded(key: Key, value: bytes) -> Kept | None:
    """What `encoded` wrote; None for anything else."""
    try:
        epoch, decision, features, at, until, core, *score, factors = json.loads(value)
        return Kept(Stored(decision, key, _score(score, factors), features, at, until, core), int(epoch))
    except (ValueError, TypeError, OverflowError):
        return None


def _score(values: Sequence[Any], factors: Iterable[Sequence[Any]]) -> Score:
    value, meaning, confidence, name, version, computed_at, valid_for_s = values
    return Score(
        value=value,
        meaning=Meaning(meaning),
        factors=tuple(Factor(label, effect, detail, tuple(fields)) for label, effect, detail, fields in factors),
        model=Model(name, version),
        computed_at=datetime.fromtimestamp(computed_at, UTC),
        valid_for_s=valid_for_s,
        confidence=confidence,
    )


def size(kept: Kept) -> int:
    """About how many bytes of memory a score takes. An estimate: to measure it would cost more than to keep it."""
    factors = sum(
        300 + len(each.label) + len(each.detail) + 60 * len(each.fields) for each in kept.stored.score.factors
    )
    return 1500 + factors
