"""How far a document's work is, as a share of its time: what was spent against what is left by the paces learned.

A share of pages says little: parsing takes some milliseconds a page and a core may take seconds for all of them. So
each stage has a pace, learned from the documents before, corrected by the document at hand as it goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from app.core.stored_readings import ReadingRow, Step
from app.reading import Progress, Stage

# Seconds, as measured with the built-in core on two cores; each process learns its own from here.
_START_S, _PAGE_S, _CHARACTER_S = 0.35, 0.02, 6e-6
_PAGE_BYTES, _PAGE_CHARACTERS = 12_000.0, 2_800.0
_LEARN = 0.4  # how much the newest document counts
_TRUST = 4.0  # the pace learned weighs as much as so many pages of the document at hand
_NEVER_MORE = 0.97  # before the end is known


class Paces:
    """What was learned, by kind of file and by capability. For all threads of a process."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def get(self, what: str, of: str, first: float) -> float:
        with self._lock:
            return self._known.get((what, of), first)

    def learn(self, what: str, of: str, value: float) -> None:
        with self._lock:
            before = self._known.get((what, of))
            self._known[what, of] = value if before is None else before + _LEARN * (value - before)


@dataclass(slots=True)
class Run:
    """One document's work. Told what happens, it says how far it is; one thread uses it."""

    paces: Paces
    clock: Callable[[], float]
    media_type: str
    capability: str
    began_at: float
    share: float = 0.0
    share_at: float = 0.0
    left_s: float = 0.0
    stage_at: float = 0.0
    size: int = 0
    pages: int = 0
    characters: int = 0

    @classmethod
    def begin(cls, paces: Paces, clock: Callable[[], float], capability: str) -> Run:
        return cls(paces, clock, "", capability, began_at=clock())

    def fetched(self, media_type: str, size: int) -> Step:
        """The file is here, nothing of it is read."""
        self.media_type = media_type
        self.stage_at = self.clock()
        start = self.paces.get("start", media_type, _START_S)
        self.size = size
        pages = max(1, round(size / self.paces.get("bytes", media_type, _PAGE_BYTES)))
        return self._step(Stage.READING, 0, 0, start + pages * self._page_s() + self._core_s(pages))

    def reading(self, done: int, total: int) -> Step:
        """So many pages are read."""
        now = self.clock()
        if not self.pages:  # the first word of the parser
            self.paces.learn("start", self.media_type, now - self.stage_at)
            self.stage_at = now
        self.pages = total
        page_s = (self._page_s() * _TRUST + (now - self.stage_at)) / (_TRUST + done)
        return self._step(Stage.READING, done, total, (total - done) * page_s + self._core_s(total))

    def read(self, pages: int, characters: int) -> Step:
        """All of it is read; the core is asked next."""
        now = self.clock()
        if self.pages:
            self.paces.learn("page", self.media_type, (now - self.stage_at) / pages)
        self.paces.learn("bytes", self.media_type, self.size / pages)
        self.paces.learn("characters", "", characters / pages)
        self.pages, self.characters, self.stage_at = pages, characters, now
        return self._step(Stage.ANALYSING, 0, 0, self._analysis_s())

    def analysing(self, done: int, total: int) -> Step:
        """The core has done so many of so many."""
        spent, expected = self.clock() - self.stage_at, self._analysis_s()
        left = max(expected - spent, 0.05 * expected)
        if 0 < done <= total:  # its own count against what was learned, the more the further it is
            counted, weight = spent / done * (total - done), done / total
            left = weight * counted + (1 - weight) * max(expected - spent, 0.5 * counted)
        return self._step(Stage.ANALYSING, done, total, left)

    def analysed(self) -> None:
        """The core has answered."""
        if self.characters:
            taken = (self.clock() - self.stage_at) / self.characters
            self.paces.learn("character", self.capability, taken)

    def _page_s(self) -> float:
        return self.paces.get("page", self.media_type, _PAGE_S)

    def _core_s(self, pages: int) -> float:
        characters = pages * self.paces.get("characters", "", _PAGE_CHARACTERS)
        return characters * self.paces.get("character", self.capability, _CHARACTER_S)

    def _analysis_s(self) -> float:
        return self.characters * self.paces.get("character", self.capability, _CHARACTER_S)

    def _step(self, stage: Stage, done: int, total: int, left_s: float) -> Step:
        now = self.clock()
        spent, left = now - self.began_at, max(left_s, 0.01)
        shown = extrapolated(self.share, self.share_at, self.left_s, now)  # what may have been shown already
        self.share, self.share_at, self.left_s = max(shown, spent / (spent + left)), now, left
        return Step(stage, done, total, self.share, left)


def extrapolated(share: float, at: float, left_s: float, now: float) -> float:
    """The share by now, of what was known at `at`: it grows as time goes by, and waits before the end."""
    if left_s <= 0.0:
        return share
    grown = share + (1.0 - share) * min(max(now - at, 0.0) / left_s, 1.0)
    return max(share, min(grown, _NEVER_MORE))


def progress(row: ReadingRow, now: float) -> Progress | None:
    """What is shown of a work; None before it has begun."""
    if row.work_version is None or row.stage is None:
        return None
    return Progress(Stage(row.stage), row.done, row.total, extrapolated(row.share, row.share_at, row.left_s, now))
