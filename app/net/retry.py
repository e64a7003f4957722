"""When to call again, and when to stop calling: values that know neither network nor clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import SystemRandom
from threading import Lock

from app.errors import OutboundError
from app.net.door import Response

_TOO_MANY = 429
# It is handed on to browsers and jobs: a browser's timer of more than 24 days fires at once, again and again.
LONGEST_S = 3600.0
_CHANCE = SystemRandom().random
_MAX_EXPONENT = 30  # beyond it the cap has long decided, and a float would overflow in the end


@dataclass(frozen=True, slots=True)
class Retry:
    """A policy together with what has happened so far; every attempt makes a new value."""

    attempts: int = 3  # calls in all, the first included
    deadline_s: float = 5.0  # for all attempts and the waits between them
    backoff_s: float = 0.1  # the longest first wait; doubles with each further one
    max_wait_s: float = 2.0
    safe: bool = True  # may be repeated even when the other side may have acted on it
    statuses: frozenset[int] = frozenset({429, 502, 503, 504})
    history: tuple[str, ...] = ()  # what came of each attempt: an error's code or a status

    def after(
        self, outcome: Response | OutboundError, *, left_s: float, chance: float, now: float = 0.0
    ) -> tuple[Retry, float] | None:
        """The policy for the next attempt and the wait before it, or None: that outcome stands.

        `chance` in 0..1 spreads the callers (full jitter). The other side's Retry-After is the least wait;
        when it does not fit into the time that is left, there is no point in waiting at all.
        """
        tried = len(self.history) + 1
        if tried >= self.attempts or not self._repeatable(outcome):
            return None
        wait = chance * min(self.max_wait_s, self.backoff_s * 2 ** min(tried - 1, _MAX_EXPONENT))
        if isinstance(outcome, Response):
            wait = max(wait, retry_after_s(outcome, now) or 0.0)
        if wait >= left_s:
            return None
        word = outcome.code if isinstance(outcome, OutboundError) else str(outcome.status)
        return replace(self, history=(*self.history, word)), wait

    def _repeatable(self, outcome: Response | OutboundError) -> bool:
        if isinstance(outcome, OutboundError):
            return outcome.retryable and (self.safe or not outcome.sent)
        return outcome.status in self.statuses and (self.safe or outcome.status == _TOO_MANY)


def run(
    retry: Retry,
    call: Callable[[float], Response],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    chance: Callable[[], float] = _CHANCE,
    wall: Callable[[], float] = time.time,
) -> Response:
    """Call until the policy is content; the last outcome stands. `call` is given the seconds left."""
    ends = clock() + retry.deadline_s
    while True:
        outcome: Response | OutboundError
        try:
            outcome = call(max(ends - clock(), 0.0))
        except OutboundError as error:
            outcome = error
        again = retry.after(outcome, left_s=ends - clock(), chance=chance(), now=wall())
        if again is None:
            if isinstance(outcome, OutboundError):
                raise outcome
            return outcome
        retry, wait = again
        sleep(wait)


def retry_after_s(response: Response, now: float) -> float | None:
    """What Retry-After asks for, in seconds from `now` (wall clock); None when it says nothing usable."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_S)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((aware - datetime.fromtimestamp(now, UTC)).total_seconds(), 0.0), LONGEST_S)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Stops calling what keeps failing: closed, then open for `cooldown_s`, then one probe per cool-down."""

    threshold: int = 5  # failures in a row that open it
    cooldown_s: float = 10.0
    failures: int = 0
    opened_at: float | None = None

    def admit(self, now: float) -> tuple[bool, Breaker]:
        """May a call go out? An open breaker lets one through when cooled down, and starts to cool anew: a
        probe that never comes back blocks nothing."""
        if self.opened_at is None:
            return True, self
        if now - self.opened_at < self.cooldown_s:
            return False, self
        return True, replace(self, opened_at=now)

    def succeeded(self) -> Breaker:
        """Closed again: an answer came."""
        return replace(self, failures=0, opened_at=None)

    def failed(self, now: float) -> Breaker:
        """One more failure in a row; open, once they are enough. `now` is in seconds."""
        failures = self.failures + 1
        return replace(self, failures=failures, opened_at=now if failures >= self.threshold else None)

    def retry_after_s(self, now: float) -> float:
        """How long until the next call may go out."""
        return 0.0 if self.opened_at is None else max(self.opened_at + self.cooldown_s - now, 0.0)


class Circuit:
    """One breaker shared by threads."""

    def __init__(self, breaker: Breaker, clock: Callable[[], float] = time.monotonic) -> None:
        self._breaker = breaker
        self._clock = clock
        self._lock = Lock()

    @property
    def breaker(self) -> Breaker:
        """How it stands now, as a value."""
        return self._breaker

    def admit(self) -> bool:
        """May a call go out now? A probe counts as let through."""
        with self._lock:
            admitted, self._breaker = self._breaker.admit(self._clock())
            return admitted

    def succeeded(self) -> None:
        """An answer came."""
        with self._lock:
            self._breaker = self._breaker.succeeded()

    def failed(self) -> None:
        """No answer came."""
        with self._lock:
            self._breaker = self._breaker.failed(self._clock())

    def retry_after_s(self) -> float:
        """How many seconds until the next call may go out."""
        return self._breaker.retry_after_s(self._clock())
