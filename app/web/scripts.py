"""The browser scripts as they are served: the small form, and in the loader the names filled in.

Readable sources are in static/embed/source; scripts/embed.py writes the small form beside them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

_TAG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
_NAMES = ("__INLAY_URL__", "__INLAY_TAGS__")


def served(written: str) -> str:
    """A script without the line that says what it was written from."""
    note, _, code = written.partition("\n")
    if not note.startswith("// Written by "):
        raise ValueError("A served script is written by scripts/embed.py and begins with its note.")
    return code


def loader(written: str, public_url: str, tags: Iterable[str]) -> str:
    """The loader for one deployment: its public URL and every component's tag in place of the two names."""
    code = served(written)
    names = sorted(tags)
    if any(not _TAG.fullmatch(name) for name in names):
        raise ValueError("A component's tag is lower-case words joined by hyphens.")
    if any(code.count(name) != 1 for name in _NAMES):
        raise ValueError(f"The loader names each of {', '.join(_NAMES)} once.")
    url = json.dumps(public_url.rstrip("/")).replace("<", "\\u003c")[1:-1]
    return code.replace("__INLAY_URL__", url).replace("__INLAY_TAGS__", " ".join(names))
