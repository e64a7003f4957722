"""The view of `score-list`: many answers, the best first, each in one row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.answer import Answer, Listing, Row, State
from app.launch import Record, Viewer
from app.views._shown import age_of, band_of, change_of, score_of, strongest

ANSWERS = "score"
HISTORY = False  # no trend is drawn
_NAME, _LABEL = 200, 400  # as [args] bounds them
_LAST = (State.PENDING, State.UNAVAILABLE, State.EMPTY)  # what has no number yet, or none at all


def params(
    told: Listing | Answer,
    *,
    record: Record,
    viewer: Viewer,  # noqa: ARG001  # what this viewer may see is cut already
    now: datetime,
    opens: bool,
    title: str = "",
) -> dict[str, Any]:
    """The args of the component. `title` is what the capability calls its number."""
    rows = sorted(told.rows, key=_rank) if isinstance(told, Listing) else []
    shown = [_row(place, row, now) for place, row in enumerate(rows, 1)]
    return {
        "state": told.state.value,
        "record": str(record),
        "title": title,
        "rows": shown,
        "counts": {band: sum(row["band"] == band for row in shown) for band in ("high", "medium", "low")},
        "pending": _count(rows, State.PENDING),
        "unavailable": _count(rows, State.UNAVAILABLE),
        "empty": _count(rows, State.EMPTY),
        "denied": told.denied if isinstance(told, Listing) and rows else 0,
        "opens": opens,
        "reference": told.reference,
    }


def _rank(row: Row) -> tuple[int, int, str, str]:
    """The highest number first; what has none comes after all that have one."""
    score = score_of(row.answer)
    last = _LAST.index(row.answer.state) + 1 if score is None and row.answer.state in _LAST else 0
    return last, -(score or 0), row.name.casefold(), str(row.record)


def _row(place: int, row: Row, now: datetime) -> Mapping[str, Any]:
    answer = row.answer
    return {
        "record": str(row.record),
        "name": row.name[:_NAME],
        "place": place,
        "state": answer.state.value,
        "score": score_of(answer),
        "band": band_of(answer),
        "age": age_of(answer, now),
        "change": change_of(answer),
        **strongest(answer, _LABEL),
    }


def _count(rows: list[Row], state: State) -> int:
    return sum(row.answer.state is state for row in rows)
