"""The view of `score-card`: everything that an answer can say, ready to be drawn without arithmetic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.answer import Answer, TrendPoint, drawn
from app.answer.changes import Input
from app.core.shapes import Factor, Score
from app.launch import Record, Viewer
from app.views._said import rules_of, said_of
from app.views._shown import age_of, band_of, change_of, score_of
from app.views._voice import voice_of
from app.views._wrote import wrote_of

ANSWERS = "score"
HISTORY = True
MAX_POINTS = 30  # more would be closer than the line is wide
MAX_LABEL = 200
MAX_FACTORS = 25  # of each direction
_SPAN = 20  # the trend's axis shows at least so many points: a wobble of 2 must not look like a crash


def params(
    answer: Answer,
    *,
    record: Record,
    viewer: Viewer,  # noqa: ARG001  # what this viewer may see is cut already
    now: datetime,
    opens: bool,  # noqa: ARG001  # a card opens nothing
    title: str = "",
) -> dict[str, Any]:
    """The args of the component. `title` is what the capability calls its number."""
    number = score_of(answer)
    return {
        "state": answer.state.value,
        "record": str(record),
        "title": title,
        "score": number,
        "band": band_of(answer),
        "age": age_of(answer, now),
        "reference": answer.reference,
        "missing": [name.replace("_", " ") for name in answer.missing],  # a core's names are no words
        **_score(answer.score if number is not None else None),
        **_change(answer if number is not None else None),
        **_trend(answer.trend[-MAX_POINTS:] if number is not None else ()),
        "write_back": wrote_of(answer.write_back) if number is not None else None,
        "hidden": answer.hidden_factors if number is not None else 0,
        **voice_of(answer.voice if number is not None else None, answer.decision),
        "decision": answer.decision if number is not None else "",
        "reviewable": answer.rules is not None and number is not None,
        "review": _review(answer) if number is not None else None,
        **rules_of(answer.rules if number is not None else None),
    }


def _score(score: Score | None) -> dict[str, Any]:
    if score is None:
        return {
            "meaning": None, "confidence": None, "computed_at": None, "model": "", "version": "",
            "up": [], "down": [],
        }  # fmt: skip
    largest = max((abs(factor.effect) for factor in score.factors), default=0.0)
    ordered = sorted((f for f in score.factors if f.effect), key=lambda factor: -abs(factor.effect))
    return {
        "meaning": score.meaning.value,
        "confidence": score.confidence,
        "computed_at": score.computed_at,
        "model": score.model.name,
        "version": score.model.version,
        "up": [_factor(f, largest) for f in ordered if f.effect > 0][:MAX_FACTORS],
        "down": [_factor(f, largest) for f in ordered if f.effect < 0][:MAX_FACTORS],
    }


def _factor(factor: Factor, largest: float) -> dict[str, Any]:
    """`size` is the length of the bar, 0 to 100 of the largest; never quite nothing."""
    size = max(1, round(abs(factor.effect) / largest * 100))
    return {"label": factor.label, "detail": factor.detail, "effect": factor.effect, "size": size}


def _change(answer: Answer | None) -> dict[str, Any]:
    if answer is None or answer.change is None:
        return {"change": None, "before": None, "seen_at": None, "moved": [], "inputs": []}
    change = answer.change
    return {
        "change": change_of(answer),
        "before": drawn(change.before),
        "seen_at": change.seen_at,
        "moved": [{"label": each.label, "was": each.was, "then": each.then, "now": each.now} for each in change.moved],
        "inputs": [_input(each) for each in change.inputs],
    }


def _input(moved: Input) -> dict[str, Any]:
    """A number is written in the viewer's own way, so it is handed over as one."""
    told: dict[str, Any] = {"label": moved.name.replace("_", " ")[:MAX_LABEL]}
    for name, value in (("then", moved.then), ("now", moved.now)):
        number = not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(value)
        words = "" if number or value is None else str(value)[:MAX_LABEL]
        told |= {name: words, f"{name}_number": value if number else None}
    return told


def _review(answer: Answer) -> dict[str, Any] | None:
    """The verdict on the record's score, which outlives the score that it was of: `was` is what that one said."""
    review, now = answer.review, score_of(answer)
    if review is None:
        return None
    was = None if review.of_value is None or review.decision == answer.decision else drawn(review.of_value)
    return {**said_of(review, answer.rules), "value": review.value, "was": None if was == now else was}


def _trend(points: Sequence[TrendPoint]) -> dict[str, Any]:
    """Points as 0 to 100 of the drawing's width and height; a trend of less than two moments is none."""
    if not points or points[0].at >= points[-1].at:
        return {"trend": [], "trend_low": 0, "trend_high": 100}
    low, high = _axis([point.value for point in points])
    start, length = points[0].at, points[-1].at - points[0].at
    return {
        "trend": [
            {
                "at": point.at,
                "score": drawn(point.value),
                "x": round((point.at - start) / length * 100, 1),
                "y": round((high - point.value) / (high - low) * 100, 1),
            }
            for point in points
        ],
        "trend_low": low,
        "trend_high": high,
    }


def _axis(values: Sequence[float]) -> tuple[int, int]:
    """Tens around the values, at least `_SPAN` apart, within 0 to 100."""
    low = int(min(values) // 10 * 10)
    high = min(100, max(low + 10, int(-(-max(values) // 10) * 10)))
    if high - low < _SPAN:
        low = max(0, min(low, high - _SPAN))
        high = max(high, low + _SPAN)
    return low, high
