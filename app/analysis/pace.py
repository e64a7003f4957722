"""How far a document's work is, as a share of its time: what was done against what is left, by the paces learned.

A share of pages says little: a parser takes as long to start as to read ten of them, and a core may take seconds for
all. So everything is counted in seconds of a free machine. What a parser does is counted in the seconds that it had
of a processor, which are the same however many others want one; how much longer a second of work takes now is learned
beside that, and says only how fast the share grows until the next word.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.analysis.reading import Progress, Stage
from app.core.stored_readings import ReadingRow, Step
from app.documents.reader import Advance

# Seconds of a free machine and amounts, as measured with the built-in core on two cores, and for how many units they
# count at first. Each process learns its own from here.
_FIRST: Mapping[str, tuple[float, float]] = {
    "start": (0.13, 3.0),  # seconds of a parser until it reads its first page
    "page": (0.01, 20.0),  # seconds to read a page of the usual weight
    "bytes": (12_000.0, 20.0),  # of a file, for each of its pages
    "characters": (2_800.0, 20.0),  # on a page
    "pages": (8.0, 1.0),  # of a document
    "slower": (1.2, 0.3),  # seconds that a second of work takes
}
_FETCH_S = 0.1  # for a file to come
_CORE_S, _CHARACTER_S = 0.01, 2.2e-6  # seconds of the core for whatever it is asked, and for each character
_KEPT = 0.8  # of what was learned before, with each new document
_RECENT = 8  # documents that what is clocked is learned from
_MOST = 4.0  # times more or less than was expected: what says so is believed so far, and again by the next document
_TRUST = 3.0  # the pace learned weighs as much as so many pages of the document at hand
_TRUST_S = 0.03  # and how slow the machine was before, as so many seconds of its work
_NOTHING = Advance(0, 0, 0, 0.0)
_LEAST = 0.05  # of what a stage was expected to take is always left until it is over


class Paces:
    """What was learned, by kind of file, connection or capability. For all threads of a process.

    Sums are kept and not rates, so that a long document says more than a short one, most of whose time is overhead.
    """

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], tuple[float, float]] = {}
        self._recent: dict[tuple[str, str], deque[float]] = {}
        self._lock = threading.Lock()

    def get(self, what: str, of: str = "") -> float:
        """How much of it one unit takes."""
        with self._lock:
            spent, units = self._sums.get((what, of)) or _first(what)
        return spent / units

    def learn(self, what: str, spent: float, units: float, of: str = "") -> None:
        """So many units took so much. One that is far off moves what is known a little; many of them move it there."""
        if units <= 0:
            return
        with self._lock:
            before, of_units = self._sums.get((what, of)) or _first(what)
            believed = _believed(spent, before / of_units * units)
            self._sums[what, of] = before * _KEPT + believed, of_units * _KEPT + units

    def quick(self, what: str, of: str = "") -> float:
        """How often it took as long as is usual, when nothing came between: of the last ones nearly the shortest. For
        what is known by the clock only, where a busy machine adds and never takes away."""
        with self._lock:
            recent = sorted(self._recent.get((what, of), (1.0,)))
        return recent[len(recent) // 4]

    def clocked(self, what: str, times: float, of: str = "") -> None:
        """It took so many times as long as is usual."""
        with self._lock:
            self._recent.setdefault((what, of), deque(maxlen=_RECENT)).append(times)


def _believed(spent: float, expected: float) -> float:
    return min(max(spent, expected / _MOST), expected * _MOST)


def _first(what: str) -> tuple[float, float]:
    rate, units = _FIRST[what]
    return rate * units, units


@dataclass(slots=True)
class Run:
    """One document's work. Told what happens, it says at any time how far it is; one thread at a time uses it."""

    paces: Paces
    clock: Callable[[], float]
    connection: str
    capability: str
    stage_at: float
    slower: float  # a second of a free machine takes so many now
    media_type: str = ""
    size: int = -1  # bytes of the file; before it is here
    before_s: float = 0.0  # work done before this stage
    start_s: float = 0.0  # work of the parser before its first page; 0 until then
    read_s: float = 0.0  # work of the parser in all, at its last word
    word_at: float = 0.0  # when that was
    pages: float = 0.0
    at: Advance = _NOTHING
    characters: int = -1  # of text; before all of it is read
    counted: tuple[int, int] = (0, 0)  # what the core has done, of how many

    @classmethod
    def begin(cls, paces: Paces, clock: Callable[[], float], connection: str, capability: str) -> Run:
        """The file is asked for; nothing is known of it."""
        run = cls(paces, clock, connection, capability, clock(), paces.get("slower"))
        run.pages = paces.get("pages")
        return run

    def fetched(self, media_type: str, size: int, pages: int = 0) -> None:
        """The file is here, nothing of it is read. `pages`: as it says itself; 0: it does not say."""
        now = self.clock()
        self.before_s = now - self.stage_at
        self.paces.clocked("fetch", self.before_s / _FETCH_S, self.connection)
        self.media_type, self.size, self.stage_at, self.word_at = media_type, size, now, now
        self.pages = pages or max(1, round(size / self.paces.get("bytes", media_type)))

    def reading(self, at: Advance) -> None:
        """The parser is so far."""
        self.word_at = self.clock()
        spent = self.word_at - self.stage_at
        work = spent if at.processor_s is None else min(at.processor_s, spent)
        if work > 0.0:
            self.slower = (_TRUST_S * self.paces.get("slower") + spent) / (_TRUST_S + work)
        self.read_s, self.at = work, at
        if at.total:
            self.pages = at.total
            if not self.start_s:  # the first word of the parser
                self.start_s = work
                self.paces.learn("start", work, 1, self.media_type)

    def read(self, pages: int, characters: int) -> None:
        """All of it is read; the core is asked next."""
        now = self.clock()
        if self.start_s:
            self.paces.learn("page", self.read_s - self.start_s, self.at.weight or pages, self.media_type)
        self.paces.learn("slower", now - self.stage_at, self.read_s)
        self.paces.learn("bytes", self.size, pages, self.media_type)
        self.paces.learn("characters", characters, pages)
        self.paces.learn("pages", pages, 1)
        self.before_s += self.read_s
        self.pages, self.characters, self.stage_at = pages, characters, now

    def analysing(self, done: int, total: int) -> None:
        """The core has done so many of so many."""
        self.counted = done, total

    def kept(self) -> None:
        """The core has answered, and what it said is kept."""
        self.paces.clocked("core", self._since() / self.slower / _usual_core_s(self.characters), self.capability)

    def now(self) -> Step:
        """How far it is at this moment."""
        if self.size < 0:
            return self._fetching()
        return self._reading() if self.characters < 0 else self._analysing()

    def _fetching(self) -> Step:
        expected, work = _FETCH_S * self.paces.quick("fetch", self.connection), self._since()
        left = max(expected - work, _LEAST * expected)
        return self._step(Stage.READING, 0, 0, work, left + self._start_s() + self._pages_s())

    def _reading(self) -> Step:
        at, work, silent = self.at, self.read_s, (self.clock() - self.word_at) / self.slower
        if not at.total:
            left = max(self._start_s() - work - silent, _LEAST * self._start_s()) + self._pages_s()
            return self._step(Stage.READING, 0, 0, work + silent, left)
        read, weight = (at.read, at.weight) if at.weight else (at.done, at.total)
        page_s = (_TRUST * self.paces.get("page", self.media_type) + work - self.start_s) / (_TRUST + read)
        characters = (_TRUST * self.paces.get("characters") + at.characters) / (_TRUST + at.done) * at.total
        unread = (weight - read) * page_s
        gone = min(silent, unread)  # it is at work on the next page, which is lighter or heavier than usual
        return self._step(Stage.READING, at.done, at.total, work + gone, unread - gone + self._core_s(characters))

    def _analysing(self) -> Step:
        """Its processor is not ours to look at: as much slower as the parser was."""
        (done, total), work, expected = self.counted, self._since() / self.slower, self._core_s(self.characters)
        left = max(expected - work, _LEAST * expected)
        if 0 < done <= total:  # its own count against what was learned, the more the further it is
            counted, weight = work / done * (total - done), done / total
            left = weight * counted + (1 - weight) * max(expected - work, 0.5 * counted)
        return self._step(Stage.ANALYSING, done, total, work, left)

    def _since(self) -> float:
        return self.clock() - self.stage_at

    def _start_s(self) -> float:
        return self.paces.get("start", self.media_type)

    def _pages_s(self) -> float:
        """To read all pages, and the core's time for them."""
        core_s = self._core_s(self.pages * self.paces.get("characters"))
        return self.pages * self.paces.get("page", self.media_type) + core_s

    def _core_s(self, characters: float) -> float:
        return _usual_core_s(characters) * self.paces.quick("core", self.capability)

    def _step(self, stage: Stage, done: int, total: int, work_s: float, left_s: float) -> Step:
        done_s, left = self.before_s + work_s, max(left_s, 0.005)
        return Step(stage, done, total, done_s / (done_s + left), left * self.slower)


def _usual_core_s(characters: float) -> float:
    return _CORE_S + _CHARACTER_S * characters


def progress(row: ReadingRow, now: float) -> Progress | None:
    """What is shown of a work; None before it has begun."""
    if row.work_version is None or row.stage is None:
        return None
    return Progress(Stage(row.stage), row.done, row.total, row.share_by(now))
