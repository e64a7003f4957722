"""Progress: a share of time, within a tenth of the truth once a pace is known, and never back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from app.core.stored_readings import ReadingRow, Step
from app.pace import Paces, Run, progress
from app.reading import Stage

ROW = ReadingRow(*[None] * 5, "v", None, 0, 0, 0.0, 0.0, 0.0, 0.0, None, None, None, 0.0)


@dataclass
class Work:
    """A document, and how long each part of it takes; `told` are the true and the shown share at each note."""

    pages: int
    start_s: float = 0.4
    page_s: float = 0.03
    character_s: float = 5e-6
    steps: int = 0  # how often the core says how far it is

    def run(self, paces: Paces, times: float = 1.0) -> list[tuple[float, float]]:
        now = 0.0
        shown: list[tuple[float, float]] = []
        run = Run.begin(paces, lambda: now, "review")
        size, characters = self.pages * 11_000, self.pages * 2_500

        def tell(step: Step) -> None:
            shown.append((now, step.share))

        tell(run.fetched("application/pdf", size))
        now += self.start_s * times
        for page in range(self.pages + 1):
            tell(run.reading(page, self.pages))
            now += self.page_s * times if page < self.pages else 0.0
        tell(run.read(self.pages, characters))
        core_s = characters * self.character_s * times
        for step in range(1, self.steps):
            now += core_s / self.steps
            tell(run.analysing(step, self.steps))
        now += core_s / max(self.steps, 1)
        run.analysed()
        return [(at / now, share) for at, share in shown]


def off(told: list[tuple[float, float]]) -> float:
    return max(abs(true - shown) for true, shown in told)


@pytest.mark.parametrize("pages", [5, 20, 300])
@pytest.mark.parametrize("steps", [0, 10])
def test_a_known_pace_is_within_a_tenth_of_the_true_share_of_time(pages: int, steps: int) -> None:
    paces = Paces()
    for known in (12, 40, 25, 60):
        Work(known).run(paces)
    assert off(Work(pages, steps=steps).run(paces)) <= 0.10


@pytest.mark.parametrize("times", [0.5, 2.0])
def test_a_machine_that_is_faster_or_slower_today_is_noticed_while_reading(times: float) -> None:
    paces = Paces()
    for known in (12, 40, 25, 60):
        Work(known).run(paces)
    told = Work(60, start_s=0.1).run(paces, times)
    assert off(told[len(told) // 3 :]) <= 0.10


def test_a_slow_core_is_learned() -> None:
    paces = Paces()
    slow = Work(20, character_s=2e-4, steps=40)
    first, then = off(slow.run(paces)), [off(slow.run(paces)) for _ in range(8)]
    assert (then[-1] <= 0.10, then[-1] <= first) == (True, True)


def test_a_short_document_says_little_about_long_ones() -> None:
    """Most of its time is overhead."""
    paces = Paces()
    for _ in range(4):
        Work(40).run(paces)
    before = paces.get("page", "application/pdf")
    Work(1, page_s=0.5).run(paces)
    assert paces.get("page", "application/pdf") < 1.6 * before


def test_between_two_notes_it_grows_with_time_and_waits_before_the_end() -> None:
    row = replace(ROW, stage="reading", share=0.5, share_at=10.0, left_s=4.0)
    shown = [row.share_by(at) for at in (9.0, 10.0, 11.0, 12.0, 14.0, 20.0, 1000.0)]
    assert shown == sorted(shown)
    assert shown[:4] == pytest.approx([0.5, 0.5, 0.625, 0.75])
    assert shown[-1] < 1.0
    assert shown[4] < 0.97


def test_what_has_not_begun_has_no_progress() -> None:
    assert progress(ROW, 5.0) is None
    begun = progress(replace(ROW, stage="analysing", done=3, total=9, share=0.4, share_at=5.0), 5.0)
    assert begun is not None
    assert (begun.stage, begun.done, begun.total, begun.share) == (Stage.ANALYSING, 3, 9, 0.4)
