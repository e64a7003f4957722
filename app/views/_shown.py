"""What badge and card both say of a score, so that they cannot disagree."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.answer import Answer, State, drawn

_STEPS = ((300, 60), (3600, 300), (86400, 3600))  # below so many seconds an age is told in steps of so many
_DAY = 86400
_SCORED = (State.READY, State.STALE)


def score_of(answer: Answer) -> int | None:
    """The number to draw, None where the state has none: a denied answer draws none, whatever it carries."""
    return drawn(answer.score.value) if answer.score and answer.state in _SCORED else None


def band_of(answer: Answer) -> str | None:
    """The band, where there is a score to show."""
    return answer.band if score_of(answer) is not None else None


def age_of(answer: Answer, now: datetime) -> int | None:
    """How old a stale score is, in coarse steps: the fragment's bytes stay the same in between."""
    if answer.state is not State.STALE or answer.score is None:
        return None
    age = int((now - answer.score.computed_at).total_seconds())
    step = next((step for below, step in _STEPS if age < below), _DAY)
    return max(60, age // step * step)


def change_of(answer: Answer) -> int | None:
    """Points since the viewer's last look, as the difference of the two numbers that were drawn."""
    score = score_of(answer)
    return None if score is None or answer.change is None else score - drawn(answer.change.before)


def override_of(answer: Answer) -> float | None:
    """What somebody set in the place of the number that is drawn."""
    return None if score_of(answer) is None else answer.override


def strongest(answer: Answer, most: int) -> dict[str, Any]:
    """The reason that moves the number most, of those that this viewer may see, and where to; so many characters."""
    factors = answer.score.factors if answer.score and score_of(answer) is not None else ()
    top = max(factors, key=lambda factor: abs(factor.effect), default=None)
    if top is None or not top.effect:
        return {"reason": "", "raises": True}
    return {"reason": top.label[:most], "raises": top.effect > 0}
