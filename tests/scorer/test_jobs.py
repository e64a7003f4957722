"""Jobs: bounded in number, honest about their state, forgotten in time."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Event
from typing import Any

import pytest

from app.scorer.jobs import Full, Jobs, Progress


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def gate() -> Any:
    event = Event()
    yield event
    event.set()


def waits_for(gate: Event) -> Any:
    def work(progress: Progress) -> str:
        progress(1, 3)
        assert gate.wait(10)
        progress(3, 3)
        return "done"

    return work


def ended(future: Future[Any]) -> Any:
    return future.result(10)


def test_a_job_tells_how_far_it_is_and_keeps_its_result(gate: Event) -> None:
    jobs = Jobs()
    job = jobs.start(waits_for(gate))
    assert jobs.get(job.id) is job
    gate.set()
    assert ended(job.future) == "done"
    assert (job.done, job.total) == (3, 3)
    assert jobs.get(job.id) is job
    jobs.drop(job)
    assert jobs.get(job.id) is None


def test_progress_never_goes_back() -> None:
    job = Jobs().start(lambda progress: [progress(5, 9), progress(2, 9)])
    ended(job.future)
    assert job.done == 5


def test_too_many_jobs_are_refused_and_later_ones_are_not(gate: Event) -> None:
    jobs = Jobs(threads=1, waiting=2)
    first = [jobs.start(waits_for(gate)) for _ in range(2)]
    with pytest.raises(Full):
        jobs.start(waits_for(gate))
    gate.set()
    for job in first:
        ended(job.future)
    assert ended(jobs.start(lambda _: "later").future) == "later"


def test_a_failure_is_the_jobs_own_and_its_words_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    def work(_: Progress) -> None:
        raise RuntimeError("secret-of-the-document")

    job = Jobs().start(work)
    with pytest.raises(RuntimeError):
        ended(job.future)
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


def test_results_are_kept_for_a_while_and_so_many_only() -> None:
    clock = Clock()
    jobs = Jobs(threads=1, kept=2, keep_s=60, clock=clock)
    ids = []
    for number in range(3):
        clock.now = float(number)
        job = jobs.start(lambda _: None)
        ended(job.future)
        ids.append(job.id)
    assert [jobs.get(job_id) is not None for job_id in ids] == [False, True, True]
    clock.now = 61.5
    assert [jobs.get(job_id) is not None for job_id in ids] == [False, False, True]
