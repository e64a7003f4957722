"""How far a document's work is, as a share of its time: what was spent against what is left by the paces learned.

A share of pages says little: parsing takes some milliseconds a page and a core may take seconds for all of them. So
each stage has a pace, learned from the documents before, corrected by the document at hand as it goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.core.stored_readings import ReadingRow, Step
from app.reading import Progress, Stage

# Seconds and amounts, as measured with the built-in core on two cores, and for how many units they count at first.
# Each process learns its own from here.
_FIRST: Mapping[str, tuple[float, float]] = {
    "start": (0.35, 1.0),  # seconds until a parser reads its first page
    "page": (0.025, 20.0),  # seconds to read a page
    "bytes": (12_000.0, 20.0),  # of a file, for each of its pages
    "characters": (2_800.0, 20.0),  # on a page
    "character": (4e-6, 60_000.0),  # seconds of the core for a character
}
_KEPT = 0.7  # of what was learned before, with each new document
_TRUST = 4.0  # the pace learned weighs as much as so many pages of the document at hand


class Paces:
    """What was learned, by kind of file or by capability. For all threads of a process.

    Sums are kept and not rates, so that a long document says more than a short one, most of whose time is overhead.
    """

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], tuple[float, float]] = {}
        self._lock = threading.Lock()

    def get(self, what: str, of: str = "") -> float:
        """How much of it one unit takes."""
        with self._lock:
            spent, units = self._sums.get((what, of)) or _first(what)
        return spent / units

    def learn(self, what: str, spent: float, units: float, of: str = "") -> None:
        """So many units took so much."""
        with self._lock:
            before, of_units = self._sums.get((what, of)) or _first(what)
            self._sums[what, of] = before * _KEPT + spent, of_units * _KEPT + units


def _first(what: str) -> tuple[float, float]:
    rate, units = _FIRST[what]
    return rate * units, units


@dataclass(slots=True)
class Run:
    """One document's work. Told what happens, it says how far it is; one thread uses it."""

    paces: Paces
    clock: Callable[[], float]
    media_type: str
    capability: str
    began_at: float
    stage_at: float = 0.0
    size: int = 0
    pages: int = 0
    characters: int = 0
    slower: float = 1.0  # than was learned: who has to share the machine reads slower, and is analysed slower too

    @classmethod
    def begin(cls, paces: Paces, clock: Callable[[], float], capability: str) -> Run:
        return cls(paces, clock, "", capability, began_at=clock())

    def fetched(self, media_type: str, size: int) -> Step:
        """The file is here, nothing of it is read."""
        self.media_type = media_type
        self.stage_at = self.clock()
        start = self.paces.get("start", media_type)
        self.size = size
        pages = max(1, round(size / self.paces.get("bytes", media_type)))
        return self._step(Stage.READING, 0, 0, start + pages * self._page_s() + self._core_s(pages))

    def reading(self, done: int, total: int) -> Step:
        """So many pages are read."""
        now = self.clock()
        if not self.pages:  # the first word of the parser
            self.paces.learn("start", now - self.stage_at, 1, self.media_type)
            self.stage_at = now
        self.pages = total
        self.slower = (_TRUST + (now - self.stage_at) / self._page_s()) / (_TRUST + done)
        left_s = (total - done) * self._page_s() + self._core_s(total)
        return self._step(Stage.READING, done, total, left_s * self.slower)

    def read(self, pages: int, characters: int) -> Step:
        """All of it is read; the core is asked next."""
        now = self.clock()
        if self.pages:
            self.paces.learn("page", now - self.stage_at, pages, self.media_type)
        self.paces.learn("bytes", self.size, pages, self.media_type)
        self.paces.learn("characters", characters, pages)
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
            self.paces.learn("character", self.clock() - self.stage_at, self.characters, self.capability)

    def _page_s(self) -> float:
        return self.paces.get("page", self.media_type)

    def _core_s(self, pages: int) -> float:
        characters = pages * self.paces.get("characters")
        return characters * self.paces.get("character", self.capability)

    def _analysis_s(self) -> float:
        return self.characters * self.paces.get("character", self.capability) * self.slower

    def _step(self, stage: Stage, done: int, total: int, left_s: float) -> Step:
        spent, left = self.clock() - self.began_at, max(left_s, 0.01)
        return Step(stage, done, total, spent / (spent + left), left)


def progress(row: ReadingRow, now: float) -> Progress | None:
    """What is shown of a work; None before it has begun."""
    if row.work_version is None or row.stage is None:
        return None
    return Progress(Stage(row.stage), row.done, row.total, row.share_by(now))
