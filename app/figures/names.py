"""The names of figures: what is counted, and of what the length is kept."""

from __future__ import annotations

LAUNCHES, REFUSED = "launches", "refused"  # accepted; not accepted
VIEWS_SHOWN = "views"  # decisions that a session was shown for the first time
ROAD = "road"  # seconds from a request to its fragments, where they were not in memory

_STATES = ("ready", "stale", "pending", "unavailable", "denied", "empty")


def answered(state: str) -> str:
    """Answers that said this to a viewer."""
    return f"answers-{state}"


ANSWERS = tuple(answered(state) for state in _STATES)
