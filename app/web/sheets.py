"""Style sheets in their small form: what is served, and what stands in pages."""

from __future__ import annotations

import re
from functools import lru_cache

_CSS_PART = re.compile(r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|/\*.*?\*/""", re.DOTALL)


@lru_cache(64)  # a revision of the configuration builds the application anew from the same sheets
def small_css(text: str) -> str:
    """The same style sheet without comments and idle white space; strings stay as they are."""
    parts = []
    end = 0
    for match in _CSS_PART.finditer(text):
        parts += [_squeeze(text[end : match.start()]), match[1] or " "]
        end = match.end()
    parts.append(_squeeze(text[end:]))
    return _squeeze_joints("".join(parts))


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _squeeze_joints(text: str) -> str:
    """Drop spaces beside braces, semicolons and commas and after colons, outside strings: they mean nothing.
    The space before a colon means "descendant" in a selector, and those around + and - mean arithmetic."""
    pieces = re.split(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", text)
    for index in range(0, len(pieces), 2):
        piece = re.sub(r" *([{};,]) *", r"\1", pieces[index])
        pieces[index] = re.sub(r"(:) +", r"\1", re.sub(r";+}", "}", piece))
    return "".join(pieces).strip()
