"""The answer that the tests of all views show, and the showing of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from app.answer import Answer, State, TrendPoint
from app.answer.changes import Change, Moved
from app.core.shapes import Factor, Meaning, Model, Score
from app.launch import Record, Viewer
from app.views import VIEWS

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
SCORE = Score(
    value=84.6,
    meaning=Meaning.PROBABILITY,
    factors=(
        Factor("Source", 3.0),
        Factor("Size", 12.0, detail="Large"),
        Factor("Idle", -6.0),
        Factor("Nil", 0.0),
    ),
    model=Model("lead-scorecard", "1.4.0"),
    computed_at=NOW - timedelta(hours=3, minutes=40),
    valid_for_s=900,
    confidence=0.7,
)
READY = Answer(
    State.READY,
    "lead_score",
    decision="d1",
    score=SCORE,
    band="high",
    hidden_factors=2,
    trend=(
        TrendPoint(NOW - timedelta(days=10), 62.0),
        TrendPoint(NOW - timedelta(days=5), 60.0),
        TrendPoint(NOW, 84.6),
    ),
    change=Change(before=79.9, seen_at=NOW - timedelta(days=1), moved=(Moved("Size", 9.0, 12.0),)),
)


def shown(tag: str, answer: Answer, **how: Any) -> dict[str, Any]:
    how = {"record": Record("Lead", "1"), "viewer": Viewer("u1"), "now": NOW, "opens": True} | how
    return VIEWS[tag].params(answer, **how)
