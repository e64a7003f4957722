"""The two browser scripts as they are served: names filled in, whole-line comments and indentation left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

_TAG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def served(source: str) -> str:
    """The same program in fewer bytes.

    Safe because it works on whole lines only, and because nothing in our scripts spans lines but code: a source
    with a template literal, a block comment or a continued string is refused, so a line that starts with `//` is
    always a comment, and the blanks at the start of a line are never data.
    """
    if "`" in source or "/*" in source or "\\\n" in source:
        raise ValueError("A served script has no template literals, block comments or continued strings.")
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def loader(source: str, public_url: str, tags: Iterable[str]) -> str:
    """The loader for one deployment: its public URL and every component's tag in place of the two names."""
    names = sorted(tags)
    if any(not _TAG.fullmatch(name) for name in names):
        raise ValueError("A component's tag is lower-case words joined by hyphens.")
    url = json.dumps(public_url.rstrip("/")).replace("<", "\\u003c")[1:-1]
    return served(source).replace("__INLAY_URL__", url).replace("__INLAY_TAGS__", " ".join(names))
