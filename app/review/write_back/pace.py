"""How fast a host is written to: quiet while it asks for that, left alone while it does not answer."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from app.db.jobs import Postponed
from app.errors import HostUnavailable
from app.net.retry import Breaker, Circuit

PAUSE_S, PAUSE_MOST_S = 2.0, 600.0  # between tries of one record at a host that does not answer


@dataclass(slots=True)
class _Host:
    circuit: Circuit = field(default_factory=lambda: Circuit(Breaker()))
    quiet_until: float = 0.0


class Paces:
    """Of each connection, in this process. Shared by all threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._hosts, self._lock = clock, dict[str, _Host](), threading.Lock()

    def require_turn(self, connection: str) -> None:
        """Raises Postponed while the host asked for quiet, or does not answer."""
        host = self._of(connection)
        wait_s = host.quiet_until - self._clock()
        if wait_s > 0:
            raise Postponed(reason="host-asked-for-quiet", retry_after_s=wait_s)
        if not host.circuit.admit():
            raise Postponed(reason="host-away", retry_after_s=max(host.circuit.retry_after_s(), 1.0))

    def answered(self, connection: str) -> None:
        """The host answered: it is there."""
        self._of(connection).circuit.succeeded()

    def away(self, connection: str, error: HostUnavailable, tries: int) -> float:
        """It did not answer, for a record that was tried so often in vain before; how long that record waits.

        Twice as long each time, and half of it by chance, so that what failed together does not come back together.
        """
        host = self._of(connection)
        host.circuit.failed()
        if error.retry_after_s:
            host.quiet_until = max(host.quiet_until, self._clock() + error.retry_after_s)
        pause_s = min(PAUSE_S * 2.0 ** min(tries, 16), PAUSE_MOST_S)
        return max(pause_s * random.uniform(0.5, 1.0), error.retry_after_s or 0.0)  # noqa: S311 no secret

    def _of(self, connection: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(connection, _Host())
