"""What card and sidebar say of the host's own record or list: whether it holds what was said of it."""

from __future__ import annotations

from typing import Any

from app.answer import WrittenBack

_WORDS = 500  # as [args] bounds it


def wrote_of(write_back: WrittenBack | None) -> dict[str, Any] | None:
    """None where nothing was, or is to be, written. `words` are the host's own."""
    if write_back is None:
        return None
    return {
        "state": write_back.state,
        "why": write_back.why,
        "at": write_back.at,
        "words": write_back.words[:_WORDS],
    }
