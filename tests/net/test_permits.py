"""Permits bound how many threads wait for the outside; there is never a seventh."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from app.errors import Busy
from app.net.permits import Permits


def test_one_too_many_is_told_so_at_once() -> None:
    permits = Permits(2)
    with ExitStack() as held:
        for _ in range(permits.limit):
            held.enter_context(permits.take())
        with pytest.raises(Busy) as caught, permits.take():
            pass
        assert caught.value.retry_after_s == 1.0
        with pytest.raises(Busy), permits.take(wait_s=0.01):
            pass


def test_a_permit_comes_back_also_after_an_error() -> None:
    permits = Permits(1)
    for _ in range(3):
        with pytest.raises(KeyError), permits.take():
            raise KeyError
    with permits.take():
        pass


def test_a_call_under_a_permit_holds_one_while_it_lasts() -> None:
    permits = Permits(1)

    def call(number: int) -> int:
        with pytest.raises(Busy), permits.take():
            pass
        return number + 1

    assert [permits.around(call, 0.01)(number) for number in (1, 2)] == [2, 3]
    with permits.take(), pytest.raises(Busy):
        permits.around(call, 0.01)(1)
