"""How a connection of a host is set up by questions: what must be asked, and what follows from the answers.

Only what cannot be derived is asked. A question's name is that of the setting that it fills, where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from app.config.kinds import ORIGIN, URL, RefusedValueError

_NOWHERE = Path()  # no path is in what is typed
Answers = Mapping[str, str]  # by the question's name; of a secret: the reference to it


def as_typed(value: str) -> str:
    """A reading that takes any answer as it is."""
    return value


@dataclass(frozen=True, slots=True)
class Question:
    """One field. `read` gives the setting's value for what was typed, or raises RefusedValueError."""

    name: str
    label: str  # as the host's own screen calls it
    hint: str  # where it is found
    read: Callable[[str], str] = as_typed
    example: str = ""
    secret: bool = False  # goes into a file; never shown again
    later: bool = False  # the host makes it when the package is installed
    optional: bool = False
    offer: Callable[[], str] | None = None  # what we propose, so that nobody has to type it
    choices: tuple[tuple[str, str], ...] = ()  # value and words, where it is chosen


@dataclass(frozen=True, slots=True)
class Suggested:
    """A capability that a host needs and few deployments have yet: its name and settings but for the core."""

    name: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A host's questions."""

    title: str  # what people call it
    about: str  # where panels appear there
    questions: tuple[Question, ...]
    settings: Callable[[Answers, str], Mapping[str, Any]]  # the connection's, from the answers and our public URL
    name: Callable[[Answers], str]  # of the connection; anything, which is made a name
    components: tuple[str, ...]
    shows: Literal["score", "analysis"] = "score"
    suggested: Suggested | None = None
    fields: Mapping[str, str] = field(default_factory=dict)  # features that are a standard field there: its name
    stand_in: Mapping[str, str] = field(default_factory=dict)  # for what comes later, as long as it is not known


def web_address(typed: str) -> str:
    """An address as people copy it, with or without https:// and a path: its origin."""
    whole = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(whole.strip())
        return str(ORIGIN.read(f"{parts.scheme}://{parts.netloc}".lower(), _NOWHERE))
    except ValueError:
        mend = "Write one exact address, as the browser's address bar shows it."
        raise RefusedValueError(f"{typed!r} is no address.", mend) from None


def full_url(typed: str) -> str:
    """An address with its path."""
    return str(URL.read(typed if "://" in typed else f"https://{typed}", _NOWHERE))


def matching(pattern: str, what: str, mend: str) -> Callable[[str], str]:
    """A reader for what has a form of its own; `mend` says which."""

    def read(typed: str) -> str:
        if not re.fullmatch(pattern, typed):
            raise RefusedValueError(f"{typed!r} is no {what}.", mend)
        return typed

    return read


def first_label(url: str, otherwise: str) -> str:
    """The first part of a host's name: acme of https://acme.example.com; a number is nobody's name."""
    label = (urlsplit(url).hostname or "").removeprefix("www.").partition(".")[0]
    return label if re.match(r"[a-z]", label) and label != "localhost" else otherwise
