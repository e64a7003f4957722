"""What every component that is heard says of its viewer's voice."""

from __future__ import annotations

from typing import Any

from app.answer import Voice


def voice_of(voice: Voice | None, decision: str) -> dict[str, Any]:
    """The args of the voice; None: nothing can be said here."""
    if voice is None:
        return {"spoken_of": "", "thumb": None, "thumb_word": "", "asks": None}
    return {"spoken_of": decision, "thumb": voice.thumb or None, "thumb_word": voice.word, "asks": voice.asks or None}
