"""Redis: many names in one round trip, or nothing at once. It is never asked for anything that is not elsewhere too.

Fails open: whatever goes wrong is a miss, and counted. After two failures in a row a breaker asks nobody for two
seconds, then lets one question through: a dead Redis costs one timeout every two seconds, and one that came back
is found by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from app.errors import ConfigError, Problem
from app.net.retry import Breaker, Circuit

TIMEOUT_S = 0.05  # to connect, and for each answer: whoever waits longer is better off with the database


class Tally(Protocol):
    """What is counted; `app.metrics` keeps the same shape."""

    def count(self, name: str, n: float = 1, **labels: str) -> None:
        """Add `n` to a counter."""


class RedisDoor:
    """One Redis. One for each process: its connections are kept and shared by all threads."""

    def __init__(
        self,
        url: str,
        tally: Tally,
        *,
        timeout_s: float = TIMEOUT_S,
        breaker: Breaker = Breaker(threshold=2, cooldown_s=2.0),  # noqa: B008 a frozen value
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Asks nothing yet. Raises ConfigError where the driver is missing."""
        try:
            import redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry
        except ImportError:
            mend = "Install it: pip install -e '.[redis]'"
            raise ConfigError([Problem("[store] redis", "names a Redis, whose driver is missing.", mend)]) from None
        self._failures = (redis.RedisError, OSError, ValueError)
        self._client: Any = redis.Redis.from_url(
            url,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            retry=Retry(NoBackoff(), 0),
            protocol=2,  # of the newer one we need nothing, and a new connection would say more before it begins
        )
        self._tally, self._circuit = tally, Circuit(breaker, clock)

    def get_many(self, names: Sequence[str]) -> list[bytes | None]:
        """The values of these names, in their order; None for what is not there."""
        found: Any = self._ask(lambda: self._client.mget(names)) if names else []
        return [None] * len(names) if found is None else list(found)

    def put_many(self, entries: Sequence[tuple[str, bytes, float]]) -> None:
        """Keep each value under its name for so many seconds."""

        def send() -> None:
            with self._client.pipeline(transaction=False) as pipeline:
                for name, value, seconds in entries:
                    pipeline.set(name, value, px=max(int(seconds * 1000), 1))
                pipeline.execute()

        if entries:
            self._ask(send)

    def drop(self, names: Sequence[str]) -> bool:
        """Take these names away; whether Redis said that it did. It is the one question whose failure matters."""
        return not names or self._ask(lambda: self._client.unlink(*names)) is not None

    def close(self) -> None:
        """Give its connections back. It may not be asked again."""
        self._client.close()

    def _ask(self, question: Callable[[], Any]) -> Any:
        if not self._circuit.admit():
            self._tally.count("redis_failures", outcome="not-asked")
            return None
        try:
            answer = question()
        except self._failures as error:
            self._circuit.failed()
            self._tally.count("redis_failures", outcome="timed-out" if "Timeout" in type(error).__name__ else "failed")
            return None
        self._circuit.succeeded()
        return answer
