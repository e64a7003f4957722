"""How viewers may answer back: the kinds of the settings that say so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from app.config.kinds import Kind, RefusedValueError, choice, expect, many

_WORD = re.compile(r"[a-z][a-z-]{0,39}")
_MOST, _LONGEST = 20, 80
_EXAMPLE = {"wrong-contact": "The contact has left", "other": "Another reason"}


def _reasons(raw: Any, _: Path) -> tuple[tuple[str, str], ...]:
    expect(raw, dict, "a table", _EXAMPLE)
    if len(raw) > _MOST:
        raise RefusedValueError(f"{len(raw)} reasons are too many to choose from.", f"Name at most {_MOST}.")
    for word, label in raw.items():
        expect(label, str, "a text", "The contact has left")
        if not _WORD.fullmatch(word):
            raise RefusedValueError(f"{word!r} is no word for a reason.", 'Write it like "wrong-contact".', (word,))
        if not label.strip() or len(label) > _LONGEST:
            raise RefusedValueError(
                f"{word}: viewers cannot choose {label!r}.", f"Write what they read, in at most {_LONGEST} characters."
            )
    return tuple(raw.items())


REASONS = Kind(_EXAMPLE, _reasons)  # in the order of the file: the word that is kept, and what viewers read
SECOND_PERSON = many(choice("accept", "override", "dismiss"))
