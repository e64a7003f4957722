"""Takes events from the customer's broker: each is acknowledged once it, and what follows from it, is in the database.

At least once: an event that comes again (we were killed in between, the link broke) is known by its source and id, or
by its message's id, and does nothing. What can never be taken is parked at the broker, with a row that says why.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import closing, suppress

from app.audit.log import AuditLog
from app.connections import Connection
from app.errors import BadRequest, BrokerUnavailable, InlayError, StoreUnavailable
from app.events import Events
from app.events.signatures import EventRefused
from app.metrics import Metrics
from app.net.brokers import Address, Connect, Delivery, Link
from app.net.loop import Loop
from app.node import Claim, Node

POLL_S = 0.25
CLAIM_EACH_S = 1.0  # how often we look whether another process of this node still takes them
MISSING_EACH_POLLS = 120  # a queue that is missing is looked for again
MAX_BYTES = 512 * 1024

_log = logging.getLogger("inlay")


class Consumer:
    """For one broker, and the queues of all connections there; one works on each node."""

    def __init__(
        self,
        address: Address,
        queues: Mapping[str, Connection],
        connect: Connect,
        events: Events,
        audit: AuditLog,
        metrics: Metrics,
        node: Node,
        wake: Callable[[], None],
    ) -> None:
        self._address, self._queues, self._connect = address, queues, connect
        self._events, self._audit, self._metrics = events, audit, metrics
        self._node, self._wake = node, wake
        self._claim: Claim | None = None
        self._loop = Loop(f"consume-{address.name}", self._work, self._failed, self._end)
        self.start, self.stop = self._loop.start, self._loop.stop

    def take(self, link: Link, delivery: Delivery) -> str:
        """Take one message in; what became of it. Raises BrokerUnavailable, and StoreUnavailable once it was given
        back."""
        connection = self._queues[delivery.queue]
        try:
            self._deliver(connection, delivery)
            outcome = "accepted"
        except (BadRequest, EventRefused) as refused:
            outcome = self._refused(link, delivery, connection, refused.reason)
        except StoreUnavailable:
            link.give_back(delivery)
            raise
        except Exception as error:
            if not delivery.again:  # once more, maybe in another process
                link.give_back(delivery)
                raise
            _log.error("bug in taking a message: %s", type(error).__name__)  # no text: it may hold records
            outcome = self._refused(link, delivery, connection, "bug")
        else:
            link.ack(delivery)
            self._wake()
        self._metrics.count("broker_messages", broker=self._address.name, outcome=outcome)
        return outcome

    def _deliver(self, connection: Connection, delivery: Delivery) -> None:
        if len(delivery.body) > MAX_BYTES:
            raise BadRequest(reason="event-too-large")
        self._events.deliver(connection, delivery.id, delivery.body)

    def _refused(self, link: Link, delivery: Delivery, connection: Connection, reason: str) -> str:
        try:
            self._audit.write("event.refused", connection=connection.name, reason=reason)
        except StoreUnavailable:
            link.give_back(delivery)
            raise
        link.park(delivery)
        return "parked"

    def _work(self, stopped: threading.Event) -> None:
        self._claim = self._node.claim(f"consume-{self._address.name}")
        if self._claim is None:
            stopped.wait(CLAIM_EACH_S)
            return
        with closing(self._connect(self._address)) as link:
            missing = self._subscribed(link, frozenset(self._queues))
            polls = 0
            while not stopped.is_set():
                delivery = link.poll(POLL_S)
                if delivery is not None:
                    self.take(link, delivery)
                elif missing:
                    polls += 1
                    if polls % MISSING_EACH_POLLS == 0:
                        missing = self._subscribed(link, missing)

    def _subscribed(self, link: Link, queues: frozenset[str]) -> frozenset[str]:
        missing = link.subscribe(queues)
        for queue in sorted(missing):
            self._metrics.count("broker_failures", broker=self._address.name, outcome="queue-missing")
            _log.error("the broker %s has no queue %s", self._address.name, queue)
        return missing

    def _failed(self, error: InlayError) -> None:
        if isinstance(error, BrokerUnavailable):
            self._metrics.count("broker_failures", broker=self._address.name, outcome=error.reason)

    def _end(self) -> None:
        if self._claim is not None:
            with suppress(OSError):
                self._claim.let_go()
            self._claim = None
