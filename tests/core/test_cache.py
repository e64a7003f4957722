"""The cache is bounded by bytes; a flight is one call, however many wait."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from threading import Barrier, Event, Semaphore, Thread

import pytest

from app.core.cache import Cache, Flights
from app.errors import Busy, CoreUnavailable


def test_answers_are_kept() -> None:
    answers: Cache[str, str] = Cache(100, len)
    answers.put_many({"a": "one", "b": "two"})
    assert answers.get_many("abc") == {"a": "one", "b": "two"}
    assert (len(answers), answers.bytes) == (2, 6)


def test_the_least_used_goes_first_and_the_bytes_are_bounded() -> None:
    answers: Cache[str, str] = Cache(10, len)
    answers.put_many({"a": "aaaa", "b": "bbbb"})
    answers.get_many("a")
    answers.put_many({"c": "cccc"})
    assert answers.get_many("abc") == {"a": "aaaa", "c": "cccc"}
    answers.put_many({"large": "x" * 50})  # more than all there is room for: it is alone
    assert list(answers.get_many(["a", "c", "large"])) == ["large"]
    assert answers.bytes <= 10


@pytest.fixture
def flights() -> Iterator[Flights[str, str]]:
    flights: Flights[str, str] = Flights(workers=2, queue=2)
    yield flights
    flights.close()


class Work:
    """Work that waits for a word from the test and remembers how often it was begun."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.begun, self.may_end = Event(), Event()

    def __call__(self, keys: Sequence[str]) -> Mapping[str, str]:
        self.calls.append(list(keys))
        self.begun.set()
        assert self.may_end.wait(5)
        return {key: key.upper() for key in keys}


def test_many_callers_one_call(flights: Flights[str, str]) -> None:
    work, start, asked, seen = Work(), Barrier(20), Semaphore(0), []

    def look() -> None:
        start.wait()
        future = flights.run(["a"], work)["a"]
        asked.release()
        seen.append(future.result(5))

    threads = [Thread(target=look) for _ in range(20)]
    for thread in threads:
        thread.start()
    assert all(asked.acquire(timeout=5) for _ in threads)
    work.may_end.set()
    for thread in threads:
        thread.join(5)
    assert seen == ["A"] * 20
    assert len(work.calls) == 1


def test_a_batch_makes_only_what_is_not_in_flight(flights: Flights[str, str]) -> None:
    work = Work()
    first = flights.run(["a", "b"], work)
    second = flights.run(["b", "c", "c"], work)
    assert second["b"] is first["b"]
    work.may_end.set()
    assert {key: future.result(5) for key, future in second.items()} == {"b": "B", "c": "C"}
    assert sorted(work.calls) == [["a", "b"], ["c"]]


def test_who_asks_learns_what_is_in_the_air(flights: Flights[str, str]) -> None:
    work = Work()
    flying = flights.run(["a"], work)["a"]
    assert flights.flying("ab") == {"a"}
    work.may_end.set()
    flying.result(5)
    assert flights.flying("ab") == frozenset()


def test_after_landing_a_key_is_made_anew(flights: Flights[str, str]) -> None:
    work = Work()
    work.may_end.set()
    for _ in range(2):
        assert flights.run(["a"], work)["a"].result(5) == "A"
    assert len(work.calls) == 2


def test_a_failure_is_shared_but_not_kept(flights: Flights[str, str]) -> None:
    may_fail, calls = Event(), []

    def fail(keys: Sequence[str]) -> Mapping[str, str]:
        calls.append(keys)
        assert may_fail.wait(5)
        raise CoreUnavailable

    waiting = [flights.run(["a"], fail)["a"] for _ in range(3)]
    may_fail.set()
    for future in waiting:
        with pytest.raises(CoreUnavailable):
            future.result(5)
    assert len(calls) == 1
    assert flights.run(["a"], lambda keys: {"a": "well"})["a"].result(5) == "well"


def test_one_who_waits_cannot_cancel_it_for_the_others(flights: Flights[str, str]) -> None:
    work = Work()
    future = flights.run(["a"], work)["a"]
    assert not future.cancel()
    work.may_end.set()
    assert future.result(5) == "A"


def test_work_that_forgets_a_key_fails_loudly(flights: Flights[str, str]) -> None:
    future = flights.run(["a"], lambda keys: {})["a"]
    with pytest.raises(KeyError):
        future.result(5)
    assert flights.run(["a"], lambda keys: {"a": "well"})["a"].result(5) == "well"


def test_too_much_waiting_is_left_out_and_joins_go_on(flights: Flights[str, str]) -> None:
    work = Work()
    begun = [flights.run([str(n)], work)[str(n)] for n in range(4)]  # 2 work, 2 wait
    # who is in the air already is joined, whoever else has no place
    assert flights.run(["0", "one too many"], work) == {"0": begun[0]}
    work.may_end.set()
    assert [future.result(5) for future in begun] == ["0", "1", "2", "3"]
    assert flights.run(["now"], work)["now"].result(5) == "NOW"


def test_closing_fails_what_has_not_begun_and_takes_no_more(flights: Flights[str, str]) -> None:
    work = Work()
    futures = [flights.run([str(n)], work)[str(n)] for n in range(3)]
    assert work.begun.wait(5)
    while len(work.calls) < 2:
        time.sleep(0.001)
    flights.close()
    with pytest.raises(Busy):
        futures[2].result(5)
    assert flights.run(["new"], work) == {}
    work.may_end.set()
    assert [future.result(5) for future in futures[:2]] == ["0", "1"]
