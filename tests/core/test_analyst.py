"""Asking a real core for analyses: at once, by jobs, and a core that gets lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.config import CoreSettings
from app.core.analyst import Analyst, Question
from app.core.client import CoreClient
from app.errors import AnswerRefused, CoreUnavailable
from app.metrics import NullMetrics
from app.net.door import Door
from tests.core.analysing import AnalysingCore, analysing_core
from tests.core.test_parse_analysis import TEXT, Passages

QUESTION = Question("contract_review", "", {"name": "a.txt", "media_type": "text/plain", "text": TEXT, "pages": []})
Make = Callable[..., Analyst]


@pytest.fixture
def core() -> Iterator[AnalysingCore]:
    with analysing_core() as made:
        yield made


@pytest.fixture
def make(core: AnalysingCore) -> Iterator[Make]:
    door = Door(allow_private=["127.0.0.1"])

    def make(**options: Any) -> Analyst:
        client = CoreClient(CoreSettings(name="main", url=core.url), door, NullMetrics(), sleep=lambda _: None)
        return Analyst(client, **({"sleep": lambda _: None} | options))

    yield make
    door.close()


def silent(_done: int, _total: int) -> None:
    """Nobody watches."""


def test_an_answer_at_once(core: AnalysingCore, make: Make) -> None:
    found = make().analyse(QUESTION, Passages(), silent)
    assert found.findings[1].quote.startswith("governed by")
    [asked] = core.asked
    assert (asked["capability"], asked["document"]["text"], asked["deadline_ms"]) == ("contract_review", TEXT, 2000)


def test_a_job_is_asked_how_far_it_is_until_it_is_done(core: AnalysingCore, make: Make) -> None:
    core.steps, seen = 4, []
    found = make().analyse(QUESTION, Passages(), lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4)]
    assert (len(core.asked), core.polled, len(found.findings)) == (1, 4, 2)


def test_a_job_that_the_core_forgot_is_asked_for_anew_by_whoever_tries_again(core: AnalysingCore, make: Make) -> None:
    core.steps = 3
    with pytest.raises(CoreUnavailable) as lost:
        make(sleep=lambda _: core.jobs.clear()).analyse(QUESTION, Passages(), silent)
    assert lost.value.reason == "core-job-lost"


def test_a_job_that_never_ends_is_left(core: AnalysingCore, make: Make) -> None:
    core.steps, now = 10_000, [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with pytest.raises(CoreUnavailable) as late:
        make(sleep=sleep, clock=lambda: now[0], slowest_s=5.0).analyse(QUESTION, Passages(), silent)
    assert late.value.reason == "core-job-too-long"
    assert core.polled < 60  # it said that it can be asked at once, and is asked ten times a second


def test_a_job_of_nonsense(core: AnalysingCore, make: Make) -> None:
    core.steps, core.changes = 1, {"risk": "none"}
    with pytest.raises(AnswerRefused) as refused:
        make().analyse(QUESTION, Passages(), silent)
    assert refused.value.path == "result.risk"


@pytest.mark.parametrize("raw", [b"", b"<html>", b'{"summary": NaN}', b"[" * 100_000, b"null"])
def test_nonsense(core: AnalysingCore, make: Make, raw: bytes) -> None:
    core.raw = raw
    with pytest.raises(AnswerRefused):
        make().analyse(QUESTION, Passages(), silent)


def test_a_core_that_is_busy_says_when(core: AnalysingCore, make: Make) -> None:
    core.status, core.headers = 503, {"Retry_After": "400"}
    with pytest.raises(CoreUnavailable) as busy:
        make().analyse(QUESTION, Passages(), silent)
    assert busy.value.retry_after_s == 400


def test_a_recipe_names_the_model_and_is_asked_for_now_and_then(core: AnalysingCore, make: Make) -> None:
    now = [0.0]
    analyst = make(clock=lambda: now[0])
    assert analyst.known_recipe("contract_review", "") is None
    first = analyst.recipe("contract_review", "")
    assert analyst.known_recipe("contract_review", "") == first
    core.version = "2"
    assert analyst.recipe("contract_review", "") == first
    now[0] += 61
    assert analyst.known_recipe("contract_review", "") is None
    assert analyst.recipe("contract_review", "") != first
    assert analyst.recipe("contract_review", "strict") != analyst.recipe("contract_review", "")


def test_a_core_that_does_not_say_has_one_recipe(make: Make, core: AnalysingCore) -> None:
    analyst = make()
    assert analyst.recipe("another", "") == make().recipe("another", "")
    core.url = "http://127.0.0.1:9"
    assert analyst.recipe("another", "") == make().recipe("another", "")
