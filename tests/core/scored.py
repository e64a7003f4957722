"""Scores for tests of where they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from app.core.shapes import Factor, Meaning, Model, Score
from app.core.stored import Key, Stored, StoredScores
from app.db import Database
from app.keys.subjects import Sealing
from app.launch import Record

LEAD = Record("Lead", "1")
KEY = Key("acme", "lead_score", LEAD)
SCORE = Score(
    72.5,
    Meaning.PROBABILITY,
    (Factor("A", -1.5, "why", ("a",)),),
    Model("m", "1"),
    datetime(2026, 11, 23, tzinfo=UTC),
    900,
    0.5,
)


def stored(decision: str, at: float = 1000, key: Key = KEY, value: float = 72.5, **changes: object) -> Stored:
    score = replace(SCORE, value=value)
    made = Stored(decision, key, score, key.carried or "hash", at, at + 900)
    return replace(made, **changes)  # type: ignore[arg-type]


def keep(database: Database, scores: StoredScores, *new: Stored) -> None:
    sealed = scores.sealed(new, {each.decision: {"a": 1} for each in new})
    with database.begin() as conn:
        scores.save(conn, new, sealed)


class Plain:
    """Seals nothing."""

    def seal_all(self, items: Sequence[Sealing], *, remembered: bool = True) -> list[bytes]:
        return [each.plaintext for each in items]

    def open_all(self, items: Sequence[tuple[bytes, str]]) -> list[bytes | None]:
        return [sealed for sealed, _ in items]
