"""The gate: a database that hangs never holds all threads that answer requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from app.db.gate import AWAY_AFTER, MOST, STILL_S, WAIT_S, Gate
from app.errors import StoreUnavailable


@contextmanager
def hung(gate: Gate, threads: int, *, marked: bool = True) -> Iterator[threading.Event]:
    """So many threads are in the database until the event; they are waited for in the end."""
    over, inside = threading.Event(), threading.Semaphore(0)

    def stay() -> None:
        if marked:
            gate.mark()
        with gate.entered():
            inside.release()
            over.wait(10)

    running = [threading.Thread(target=stay) for _ in range(threads)]
    for thread in running:
        thread.start()
    for _ in running:
        assert inside.acquire(timeout=5)
    try:
        yield over
    finally:
        over.set()
        for thread in running:
            thread.join()


def fail(gate: Gate, times: int) -> None:
    for _ in range(times):
        with pytest.raises(StoreUnavailable), gate.entered():
            raise StoreUnavailable(reason="store-OperationalError")


@pytest.fixture
def gate() -> Gate:
    gate = Gate()
    gate.mark()
    return gate


def test_one_too_many_is_refused_after_a_moment_and_at_once_when_nothing_moves(gate: Gate) -> None:
    with hung(gate, MOST):
        began = time.monotonic()
        with pytest.raises(StoreUnavailable) as refused, gate.entered():
            pass
        assert (refused.value.reason, refused.value.retry_after_s) == ("store-busy", 1.0)
        first = time.monotonic()
        with pytest.raises(StoreUnavailable), gate.entered():
            pass
        assert first - began < WAIT_S
        assert time.monotonic() - first < STILL_S
    with gate.entered():
        pass


def test_a_turn_is_waited_for_while_others_come_and_go(gate: Gate) -> None:
    with hung(gate, MOST) as over:
        threading.Timer(STILL_S / 4, over.set).start()
        with gate.entered():
            pass


def test_while_it_is_away_one_alone_tries_and_the_first_answer_opens_it(gate: Gate) -> None:
    fail(gate, AWAY_AFTER)
    with hung(gate, 1), pytest.raises(StoreUnavailable) as refused, gate.entered():
        pass
    assert refused.value.reason == "store-away"
    with hung(gate, MOST - 1), gate.entered():  # the one that hung has got its answer
        pass


def test_where_another_looks_all_the_time_no_request_tries_and_its_answer_opens_the_gate(gate: Gate) -> None:
    gate.watched = True
    fail(gate, AWAY_AFTER)
    for _ in range(2):
        with pytest.raises(StoreUnavailable) as refused, gate.entered():
            pass
        assert refused.value.reason == "store-away"
    with hung(gate, 1, marked=False):
        pass
    with gate.entered():
        pass


def test_one_broken_connection_closes_nothing(gate: Gate) -> None:
    fail(gate, 1)
    with hung(gate, MOST - 1), gate.entered():
        pass


def test_what_the_caller_raises_is_no_failure_of_the_database(gate: Gate) -> None:
    for _ in range(AWAY_AFTER):
        with pytest.raises(KeyError), gate.entered():
            raise KeyError
    with hung(gate, MOST - 1), gate.entered():
        pass


def test_threads_that_answer_nobody_pass_freely_and_take_no_place() -> None:
    gate = Gate()
    with hung(gate, 3 * MOST, marked=False), gate.entered():
        gate.mark()
        with gate.entered():
            pass


def test_one_thread_enters_twice_on_one_place() -> None:
    gate = Gate(most=1)
    gate.mark()
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(gate.entered())
