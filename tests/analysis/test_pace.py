"""Progress: a share of the work, within a tenth of the truth once a pace is known however busy the machine is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from app.analysis.pace import Paces, Run, progress
from app.analysis.reading import Stage
from app.core.stored_readings import ReadingRow, holds_s
from app.documents.reader import Advance

ROW = ReadingRow(*[None] * 5, "v", None, 0, 0, 0.0, 0.0, 0.0, 0.0, None, None, None, 0.0)
CHARACTERS, BYTES = 2_500, 11_000  # a page
TICKS = 5  # words on a parser that says nothing yet
PARTS = 40  # of a core's work, each with its own wait for the machine


@dataclass
class Work:
    """A document, and how long each part of it takes on a free machine."""

    pages: int
    fetch_s: float = 0.05
    start_s: float = 0.4
    page_s: float = 0.03
    core_s: float = 0.04
    character_s: float = 5e-6
    steps: int = 0  # how often the core says how far it is
    says_pages: bool = True
    says_processor: bool = True
    heavy: int = 0  # of the last pages, each ten times the others' weight

    def run(self, paces: Paces, busy: Iterator[float] | None = None) -> list[tuple[float, float]]:
        """The true and the shown share of the work at each note. `busy`: how much longer each part takes now."""
        now = done = processor = 0.0
        told: list[tuple[float, float]] = []
        run = Run.begin(paces, lambda: now, "contoso", "review")
        weights = [1.0] * (self.pages - self.heavy) + [10.0] * self.heavy

        def work(seconds: float, times: float) -> float:
            nonlocal now, done
            now += seconds * times
            done += seconds
            return seconds

        def times() -> float:
            return next(busy) if busy else 1.0

        def tell() -> None:
            told.append((done, run.now().share))

        def read(page: int, total: int) -> Advance:
            at = Advance(page, total, page * CHARACTERS, processor if self.says_processor else None)
            return replace(at, read=sum(weights[:page]), weight=sum(weights)) if self.heavy and total else at

        tell()
        work(self.fetch_s, 1.0)
        run.fetched("application/pdf", self.pages * BYTES, self.pages if self.says_pages else 0)
        tell()
        for _ in range(TICKS):
            processor += work(self.start_s / TICKS, times())
            run.reading(read(0, 0))
            tell()
        for page in range(self.pages + 1):
            run.reading(read(page, self.pages))
            tell()
            if page < self.pages:
                processor += work(self.page_s * weights[page], times())
        run.read(self.pages, self.pages * CHARACTERS)
        tell()
        core_s = self.core_s + self.pages * CHARACTERS * self.character_s
        for part in range(1, PARTS + 1):
            work(core_s / PARTS, times())
            if self.steps and part % (PARTS // self.steps) == 0 and part < PARTS:
                run.analysing(part * self.steps // PARTS, self.steps)
            if part < PARTS:
                tell()
        run.kept()
        return [(at / done, share) for at, share in told]


def off(told: list[tuple[float, float]]) -> float:
    return max(abs(true - shown) for true, shown in told)


def known(busy: Iterator[float] | None = None) -> Paces:
    """What was learned from some documents before."""
    paces = Paces()
    for pages in (12, 40, 25, 60) * 3:
        Work(pages).run(paces, busy)
    return paces


def noise(seed: int, most: float = 8.0) -> Iterator[float]:
    """Others want the machine, now more and now less."""
    dice = random.Random(seed)
    while True:
        yield dice.uniform(1.0, most)


@pytest.mark.parametrize("pages", [1, 5, 20, 300])
@pytest.mark.parametrize("steps", [0, 10])
def test_a_known_pace_is_within_a_tenth_of_the_true_share(pages: int, steps: int) -> None:
    assert off(Work(pages, steps=steps).run(known())) <= 0.10


@pytest.mark.parametrize("seed", range(5))
def test_a_busy_machine_changes_nothing(seed: int) -> None:
    """Neither what is shown of this document, nor what is learned for the next: the work is the same."""
    busy = noise(seed)
    paces = known(busy)
    assert max(off(Work(pages, steps=10).run(paces, busy)) for pages in (1, 5, 20, 300)) <= 0.10
    assert max(off(Work(pages).run(paces)) for pages in (1, 5, 20, 300)) <= 0.10


def test_pages_that_are_heavier_than_those_before_were_expected() -> None:
    told = Work(20, heavy=5).run(known())
    assert off(told[2 + TICKS :]) <= 0.10  # from the parser's first word on


def test_a_document_that_reads_slower_than_others_is_noticed_while_reading() -> None:
    told = Work(60, page_s=0.09).run(known())
    assert off(told[len(told) // 3 :]) <= 0.10


def test_a_file_that_does_not_say_its_pages_is_guessed_by_its_size() -> None:
    assert off(Work(20, says_pages=False).run(known())) <= 0.10


def test_a_system_that_does_not_tell_a_processors_time_is_clocked() -> None:
    paces = Paces()
    for pages in (12, 40, 25, 60) * 3:
        Work(pages, says_processor=False).run(paces)
    assert off(Work(20, says_processor=False).run(paces)) <= 0.10


def test_a_slow_core_and_a_slow_library_are_learned() -> None:
    paces = Paces()
    slow = Work(20, fetch_s=1.5, character_s=2e-4, steps=40)
    first, then = off(slow.run(paces)), [off(slow.run(paces)) for _ in range(4)]
    assert (then[-1] <= 0.10, then[-1] <= first) == (True, True)


def test_one_document_that_is_far_off_spoils_nothing() -> None:
    paces = known()
    Work(20, start_s=30.0, page_s=3.0).run(paces)
    assert off(Work(20).run(paces)) <= 0.25
    for _ in range(4):
        Work(20).run(paces)
    assert off(Work(20).run(paces)) <= 0.10


def test_a_short_document_says_little_about_long_ones() -> None:
    """Most of its time is overhead."""
    paces = known()
    before = paces.get("page", "application/pdf")
    Work(1, page_s=0.5).run(paces)
    assert paces.get("page", "application/pdf") < 1.6 * before


def test_between_two_notes_it_grows_with_time_and_waits_for_the_next() -> None:
    row = replace(ROW, stage="reading", share=0.5, share_at=10.0, left_s=4.0)
    shown = [row.share_by(at) for at in (9.0, 10.0, 10.4, 10.0 + holds_s(4.0), 14.0, 1000.0)]
    assert shown == pytest.approx([0.5, 0.5, 0.55, 0.6, 0.6, 0.6])
    assert row.most == shown[-1]


def test_a_busy_machine_is_expected_to_stay_busy() -> None:
    """How fast the share grows until the next note: what is left takes as much longer as what was done."""
    now = 0.0
    run = Run.begin(Paces(), lambda: now, "contoso", "review")
    now = 0.1
    run.fetched("application/pdf", 100_000, 10)
    free = run.now()
    now = 1.1
    run.reading(Advance(0, 0, 0, 0.1))
    assert run.now().share > free.share
    assert run.now().left_s > 2 * free.left_s


def test_a_core_that_says_nothing_is_clocked() -> None:
    now = 0.0
    run = Run.begin(Paces(), lambda: now, "contoso", "review")
    run.fetched("application/pdf", 100_000, 10)
    run.read(10, 1_000_000)
    shares = []
    for now in (0.5, 1.0, 2.0, 60.0):  # noqa: B007 what the clock says
        shares.append(run.now().share)  # noqa: PERF401 at that time
    assert shares == sorted(set(shares))
    assert shares[-1] < 1


def test_what_has_not_begun_has_no_progress() -> None:
    assert progress(ROW, 5.0) is None
    begun = progress(replace(ROW, stage="analysing", done=3, total=9, share=0.4, share_at=5.0), 5.0)
    assert begun is not None
    assert (begun.stage, begun.done, begun.total, begun.share) == (Stage.ANALYSING, 3, 9, 0.4)


def test_a_page_that_takes_long_is_not_told_anew_as_if_it_had_just_begun() -> None:
    now = 0.0
    run = Run.begin(known(), lambda: now, "contoso", "review")
    run.fetched("application/pdf", 10 * BYTES, 10)
    now += 0.5
    run.reading(Advance(5, 10, 5 * CHARACTERS, 0.45))
    then = run.now()
    now += 0.02
    silent = run.now()
    assert silent.share > then.share
    assert silent.left_s < then.left_s
    now += 60.0
    assert run.now().share < 1.0, "the core is still to come"
