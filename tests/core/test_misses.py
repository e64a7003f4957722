"""Misses end by themselves and by events, and come back from other processes as they were."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.misses import Failure, Miss, Misses, read, written
from app.core.parse import Insufficient
from app.errors import AnswerRefused, Busy, CoreUnavailable, HostUnavailable
from app.launch import Record
from tests.core.scored import KEY

TWO = replace(KEY, record=Record("Lead", "2"))


class Since:
    """What would be heard of changes."""

    epoch = 0

    def since(self, _: object) -> int:
        return self.epoch


def test_misses_are_forgotten_in_time_and_when_the_record_changes() -> None:
    now, changes = [0.0], Since()
    misses = Misses(changes, lambda: now[0])  # type: ignore[arg-type]
    failure = Miss(Failure(CoreUnavailable(), "REF"), until=3.0, epoch=5)
    empty = Miss(Insufficient(("a",)), until=60.0, epoch=5)
    misses.put(KEY, failure)
    misses.put(TWO, empty)
    assert misses.get_many([KEY, TWO]) == {KEY: failure, TWO: empty}
    now[0] = 3.0
    assert misses.get_many([KEY, TWO]) == {TWO: empty}
    changes.epoch = 6
    assert misses.get_many([KEY, TWO]) == {}
    misses.put(TWO, replace(empty, epoch=6))
    assert list(misses.get_many([KEY, TWO])) == [TWO]
    misses.put(KEY, Miss(Insufficient(), until=0.0))  # to be shown once
    assert KEY not in misses.get_many([KEY])


@pytest.mark.parametrize(
    "error",
    [CoreUnavailable(reason="breaker-open", retry_after_s=7.5), HostUnavailable(reason="r"), AnswerRefused(reason="x")],
)
def test_a_failure_comes_back_from_its_text(error: CoreUnavailable) -> None:
    again = read(written(Failure(error, "REF1")))
    assert isinstance(again, Failure)
    assert type(again.error) is type(error)
    assert (again.error.reason, again.error.retry_after_s) == (error.reason, error.retry_after_s)
    assert again.reference == "REF1"


def test_any_other_failure_comes_back_as_one_that_can_be_retried() -> None:
    again = read(written(Failure(Busy(reason="no-permit"), "")))
    assert isinstance(again, Failure)
    assert (again.error.retryable, again.error.reason) == (True, "no-permit")


def test_what_is_missing_comes_back() -> None:
    assert read(written(Insufficient(("revenue", "activity")))) == Insufficient(("revenue", "activity"))
