"""Views: what of an answer a component shows. One module a component, pure functions, no I/O and no HTML.

A view's params have exactly the keys of its component's `[args]`; a test compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.launch import Record, Viewer
from app.views import analysis_badge, document_sidebar, review_list, score_badge, score_card, score_list


class Params(Protocol):
    """The one function of a view, of an Answer, a Reading or a Listing; `title` is what the capability calls it."""

    def __call__(
        self, told: Any, /, *, record: Record, viewer: Viewer, now: datetime, opens: bool, title: str = ""
    ) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class View:
    """What a component needs of an answer: its shape, its history or not, and the function to its args."""

    answers: str  # score | analysis
    history: bool
    params: Params
    heard: bool = False  # whether its viewers may say what they think of it
    lists: bool = False  # it is about all records of its session at once
    reviews: bool = False  # whether viewers answer back in it


VIEWS: Mapping[str, View] = {
    "analysis-badge": View(analysis_badge.ANSWERS, analysis_badge.HISTORY, analysis_badge.params),
    "document-sidebar": View(
        document_sidebar.ANSWERS, document_sidebar.HISTORY, document_sidebar.params, heard=True, reviews=True
    ),
    "score-badge": View(score_badge.ANSWERS, score_badge.HISTORY, score_badge.params),
    "score-card": View(score_card.ANSWERS, score_card.HISTORY, score_card.params, heard=True, reviews=True),
    "review-list": View(review_list.ANSWERS, review_list.HISTORY, review_list.params, lists=True, reviews=True),
    "score-list": View(score_list.ANSWERS, score_list.HISTORY, score_list.params, lists=True),
}
LISTS = frozenset(tag for tag, view in VIEWS.items() if view.lists)
