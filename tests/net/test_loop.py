"""A loop goes on after whatever failed, and ends in time."""

from __future__ import annotations

import threading

import pytest

from app.errors import BrokerUnavailable, InlayError
from app.net import loop
from app.net.loop import Loop


def test_what_fails_is_begun_anew_and_each_end_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "FIRST_S", 0.001)
    outcomes: list[Exception | None] = [BrokerUnavailable(reason="broker-away"), KeyError("bug"), None]
    heard: list[InlayError] = []
    ends, done = [0], threading.Event()

    def work(stopped: threading.Event) -> None:
        outcome = outcomes.pop(0) if outcomes else None
        if outcome is not None:
            raise outcome
        done.set()
        stopped.wait(10)

    def end() -> None:
        ends[0] += 1

    made = Loop("test", work, heard.append, end)
    made.start()
    assert done.wait(5)
    assert made.stop(5)
    assert [each.reason for each in heard] == ["broker-away"]
    assert ends[0] == 3


def test_one_that_was_never_started_is_stopped_at_once() -> None:
    assert Loop("test", lambda _: None, lambda _: None, lambda: None).stop(0.0)


def test_it_says_so_when_what_is_at_hand_takes_longer() -> None:
    go_on = threading.Event()
    made = Loop("test", lambda _: (go_on.wait(5), None)[1], lambda _: None, lambda: None)
    made.start()
    assert not made.stop(0.01)
    go_on.set()
    assert made.stop(5)
