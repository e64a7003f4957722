"""The badge's view: one line, and the change since the viewer's last look."""

from __future__ import annotations

from dataclasses import replace

from app.answer import State
from app.views import score_badge
from tests.views.cast import READY, shown


def test_it_asks_for_no_history() -> None:
    assert not score_badge.HISTORY


def test_it_says_whether_it_opens_its_card() -> None:
    assert shown("score-badge", READY, opens=True)["opens"]
    assert not shown("score-badge", READY, opens=False)["opens"]


def test_the_change_is_the_difference_of_the_two_drawn_numbers() -> None:
    assert shown("score-badge", READY)["change"] == 84 - 79
    card = shown("score-card", READY)
    assert (card["before"], card["change"], card["moved"]) == (
        79,
        5,
        [{"label": "Size", "was": "", "then": 9.0, "now": 12.0}],
    )
    assert shown("score-badge", replace(READY, change=None))["change"] is None


def test_somebody_s_other_value_is_told_beside_the_number_and_never_in_its_place() -> None:
    told = shown("score-badge", replace(READY, override=61.5))
    assert (told["score"], told["override"]) == (84, 61.5)
    assert shown("score-badge", READY)["override"] is None
    assert shown("score-badge", replace(READY, state=State.DENIED, override=61.5))["override"] is None
