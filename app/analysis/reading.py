"""Readings: what one viewer is told of one document. Values, and what changed between two versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from app.answer import Reviewed, ReviewRules, State, Voice, WrittenBack
from app.core.analyses import Analysis, fingerprint
from app.hosts._document import DocumentFacts


class Stage(StrEnum):
    """What is being done with a document."""

    READING = "reading"  # counted in pages
    ANALYSING = "analysing"  # counted as the core counts


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is. `share` of the whole work's time, 0 to 1; it never goes back."""

    stage: Stage
    done: int  # of `total` pages, or of what the core counts; 0 of 0: not known yet
    total: int
    share: float


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of the findings of the version before."""

    added: tuple[str, ...] = ()  # ids of findings that are new
    gone: tuple[str, ...] = ()  # titles of findings that were there
    standing: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What is shown of one document to one viewer.

    ready: `analysis`. stale: `analysis` of the version before, `older`, with `progress` or `problem` of this one.
    pending: `progress`, if it has begun. empty: there is no file to read, or `problem` says why it cannot be read
    (a public code; its sentence is `sentence`). unavailable and denied: `reference`.
    Its hash leaves out what its decision names already: an analysis is never changed.
    """

    state: State
    capability: str
    decision: str = ""
    document: DocumentFacts | None = None
    pages: int | None = None
    analysis: Analysis | None = field(default=None, hash=False)
    progress: Progress | None = None
    older: bool = False
    changes: Changes | None = field(default=None, hash=False)
    reviews: Mapping[str, Reviewed] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    rules: ReviewRules | None = None
    write_back: WrittenBack | None = None
    reference: str = ""
    problem: str = ""
    sentence: str = ""
    voice: Voice | None = None  # None: they cannot say anything here
    # as long as nothing is announced, this is the answer until then; 0: ask again each time. Nothing that is shown
    until: float = field(default=0.0, compare=False)


def changes(before: Analysis, now: Analysis) -> Changes:
    """What became of the findings of the analysis before, by their fingerprints."""
    then = {fingerprint(each): each for each in before.findings}
    here = {fingerprint(each): each for each in now.findings}
    return Changes(
        added=tuple(here[mark].id for mark in here if mark not in then),
        gone=tuple(then[mark].title for mark in then if mark not in here),
        standing=len(here.keys() & then.keys()),
    )
