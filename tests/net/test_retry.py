"""Retry and breaker as values: what would we do after 503, 503? No network, no clock."""

from __future__ import annotations

import pytest

from app.errors import AddressRefused, AnswerTooLarge, ConnectFailed, ExchangeFailed, OutboundError, TimedOut
from app.net.door import Response
from app.net.retry import Breaker, Circuit, Retry, retry_after_s, run

DOWN = Response(503)


def test_attempts_are_counted_and_remembered() -> None:
    first = Retry(attempts=3)
    second = first.after(DOWN, left_s=5, chance=1.0)
    assert second is not None
    third = second[0].after(TimedOut(), left_s=5, chance=1.0)
    assert third is not None
    assert third[0].history == ("503", "timed-out")
    assert third[0].after(DOWN, left_s=5, chance=1.0) is None
    assert first.history == ()  # a value: nothing that happened changed it


def test_waits_double_are_capped_and_spread() -> None:
    def wait(failures: int, chance: float) -> float:
        again = Retry(attempts=99, backoff_s=0.1, max_wait_s=1.0, history=("503",) * failures).after(
            DOWN, left_s=60, chance=chance
        )
        assert again is not None
        return again[1]

    assert [wait(n, 1.0) for n in range(6)] == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    assert wait(3, 0.25) == 0.2
    assert wait(0, 0.0) == 0.0
    assert wait(97, 1.0) == 1.0


@pytest.mark.parametrize(
    ("outcome", "if_safe", "if_not"),
    [
        (ConnectFailed(), True, True),  # nothing was sent
        (TimedOut(), True, False),
        (ExchangeFailed(), True, False),
        (AddressRefused(), False, False),
        (AnswerTooLarge(), False, False),
        (Response(200), False, False),
        (Response(400), False, False),
        (Response(500), False, False),
        (Response(429), True, True),  # refused before anything was done
        (Response(502), True, False),
        (Response(503), True, False),
        (Response(504), True, False),
    ],
    ids=str,
)
def test_only_what_may_be_repeated_is(outcome: Response | OutboundError, if_safe: bool, if_not: bool) -> None:
    assert (Retry().after(outcome, left_s=5, chance=0.5) is not None) is if_safe
    assert (Retry(safe=False).after(outcome, left_s=5, chance=0.5) is not None) is if_not


def test_retry_after_is_the_least_wait_and_must_fit_the_deadline() -> None:
    slow_down = Response(429, {"Retry-After": "3"})
    again = Retry().after(slow_down, left_s=5, chance=0.0)
    assert again is not None
    assert again[1] == 3.0
    assert Retry().after(slow_down, left_s=2, chance=0.0) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("9" * 400, 3600.0),  # a browser's timer could not hold more
        ("Mon, 23 Nov 2099 12:00:00 GMT", 3600.0),
    ],
)
def test_retry_after_is_read_in_both_forms(text: str, seconds: float | None) -> None:
    assert retry_after_s(Response(503, {"retry-after": text}), now=1_795_435_200.0) == seconds


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def drive(retry: Retry, *outcomes: Response | OutboundError, cost_s: float = 0.0) -> tuple[Response, list[float]]:
    """Run the policy over scripted outcomes; answer the last and what each call was told is left."""
    clock, script, lefts = Clock(), list(outcomes), []

    def call(left_s: float) -> Response:
        lefts.append(left_s)
        clock.now += cost_s
        outcome = script.pop(0)
        if isinstance(outcome, OutboundError):
            raise outcome
        return outcome

    return run(retry, call, clock=clock, sleep=clock.sleep, chance=lambda: 1.0, wall=clock), lefts


def test_run_answers_the_first_good_one() -> None:
    response, lefts = drive(Retry(deadline_s=5.0, backoff_s=0.5), ConnectFailed(), DOWN, Response(200))
    assert response.status == 200
    assert lefts == [5.0, 4.5, 3.5]


def test_run_ends_with_the_last_outcome() -> None:
    assert drive(Retry(attempts=2), DOWN, Response(502))[0].status == 502
    with pytest.raises(TimedOut):
        drive(Retry(attempts=2), DOWN, TimedOut())


def test_run_stops_when_the_time_is_up() -> None:
    with pytest.raises(TimedOut):
        drive(Retry(attempts=9, deadline_s=1.0), TimedOut(), TimedOut(), TimedOut(), cost_s=0.5)


def test_a_breaker_opens_after_failures_in_a_row_only() -> None:
    breaker = Breaker(threshold=3)
    for _ in range(10):
        breaker = breaker.failed(0.0).failed(0.0).succeeded()
    assert breaker.admit(0.0) == (True, breaker)
    assert breaker.failed(0.0).failed(0.0).failed(0.0).admit(0.0)[0] is False


def test_an_open_breaker_lets_one_probe_through_per_cool_down() -> None:
    opened = Breaker(threshold=1, cooldown_s=10).failed(100.0)
    assert opened.retry_after_s(104.0) == 6.0
    assert opened.admit(109.9)[0] is False
    admitted, probing = opened.admit(110.0)
    assert admitted
    assert probing.admit(110.1)[0] is False  # the second caller waits for the probe
    assert probing.admit(120.0)[0] is True  # a probe that never came back blocks nothing
    assert probing.failed(111.0).admit(120.9)[0] is False
    assert probing.succeeded().admit(111.0) == (True, Breaker(threshold=1, cooldown_s=10))


def test_a_circuit_is_the_breaker_with_a_clock() -> None:
    clock = Clock()
    circuit = Circuit(Breaker(threshold=2, cooldown_s=5), clock)
    assert circuit.admit()
    circuit.failed()
    assert circuit.admit()
    circuit.failed()
    assert not circuit.admit()
    assert circuit.retry_after_s() == 5.0
    clock.sleep(5)
    assert circuit.admit()
    assert not circuit.admit()
    circuit.succeeded()
    assert circuit.admit()
    assert circuit.retry_after_s() == 0.0
