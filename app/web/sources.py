"""Browser scripts and style sheets as they are served: the small form, and in the loader the names filled in.

Readable scripts are in static/embed/source; scripts/embed.py writes the small form beside them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

_TAG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
_NAMES = ("__INLAY_URL__", "__INLAY_TAGS__")
_PART = re.compile(r'"(_[a-z]+(?:-[a-z]+)*\.(?:css|html|js))"')
_TAKEN_IN = re.compile(rf"@include {_PART.pattern};")
_TOKEN = re.compile(r"(--inlay-[a-z-]+):[^;}]+;?")
_SPACE, _JOINT = re.compile(r"\s+"), re.compile(r" *([{};,]) *")
_LAST_SEMICOLON, _AFTER_COLON = re.compile(r";+}"), re.compile(r": +")
_STRING = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_CSS_PART = re.compile(r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|/\*.*?\*/""", re.DOTALL)


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
    if any(name not in code for name in _NAMES):
        raise ValueError(f"The loader names {' and '.join(_NAMES)}.")
    url = json.dumps(public_url.rstrip("/")).replace("<", "\\u003c")[1:-1]
    return code.replace("__INLAY_URL__", url).replace("__INLAY_TAGS__", " ".join(names))


def parts(folder: Path) -> tuple[str, ...]:
    """The shared parts that a component's files name. They stand beside its folder: `components/_list.css`."""
    # no others: editors and archives leave files here in which no text need be
    own = [path for kind in ("css", "html", "js") if (path := folder / f"{folder.name}.{kind}").is_file()]
    texts = [path.read_text("utf-8") for path in own]
    return tuple(sorted({name for text in texts for name in _PART.findall(text)}))


def whole_css(path: Path) -> str:
    """A component's sheet, small, in which each `@include "_part.css";` is that part. Raises FileNotFoundError."""
    beside = path.parent.parent
    text = _TAKEN_IN.sub(lambda found: (beside / found[1]).read_text("utf-8"), path.read_text("utf-8"))
    return small_css(text)


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


@lru_cache(64)
def with_tokens(tokens: str, css: str) -> str:
    """A small sheet behind the sheet of tokens, of which those are left out that nothing in it names."""
    needed = set(re.findall(r"var\((--inlay-[a-z-]+)", tokens + css))
    return _TOKEN.sub(lambda found: found[0] if found[1] in needed else "", tokens) + css


def _squeeze(text: str) -> str:
    return _SPACE.sub(" ", text)


def _squeeze_joints(text: str) -> str:
    """Drop spaces beside braces, semicolons and commas and after colons, outside strings: they mean nothing.
    The space before a colon means "descendant" in a selector, and those around + and - mean arithmetic."""
    pieces = _STRING.split(text)
    for index in range(0, len(pieces), 2):
        pieces[index] = _AFTER_COLON.sub(":", _LAST_SEMICOLON.sub("}", _JOINT.sub(_joint, pieces[index])))
    return "".join(pieces).strip()


def _joint(found: re.Match[str]) -> str:  # a function: `re` reads a template anew for each match
    return found[1]
