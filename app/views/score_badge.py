"""The view of `score-badge`: one line of an answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.answer import Answer
from app.launch import Record, Viewer
from app.views._shown import age_of, band_of, change_of, override_of, score_of

ANSWERS = "score"
HISTORY = False  # no trend is drawn


def params(
    answer: Answer,
    *,
    record: Record,
    viewer: Viewer,  # noqa: ARG001  # every view takes the same; a badge says the same to all who may see it
    now: datetime,
    opens: bool,
    title: str = "",
) -> dict[str, Any]:
    """The args of the component. `title` is what the capability calls its number."""
    return {
        "state": answer.state.value,
        "record": str(record),
        "title": title,
        "score": score_of(answer),
        "band": band_of(answer),
        "age": age_of(answer, now),
        "change": change_of(answer),
        "override": override_of(answer),
        "opens": opens,
    }
