"""Publishes the outbox to its broker: one process at a time, in order, each message until the broker confirms it."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from app.audit.log import AuditLog, Entry
from app.db import Database, outbox
from app.errors import BrokerUnavailable, InlayError, StoreUnavailable
from app.events.publishing import MEDIA_TYPE, sequenced
from app.metrics import Metrics
from app.net.brokers import Address, Connect, Link, Message
from app.net.loop import Loop

AT_ONCE = 50  # messages between two notes in the database: so many are published twice if we are killed
LEASE_S = 30.0
LINK_KEPT_S = 10.0  # open without a message
LOOK_EACH_S = 0.25
PRUNE_EACH_S = 600.0


class Publisher:
    """For one broker."""

    def __init__(
        self,
        address: Address,
        connect: Connect,
        database: Database,
        audit: AuditLog,
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._address, self._connect = address, connect
        self._database, self._audit, self._metrics, self._clock = database, audit, metrics, clock
        self._owner = secrets.token_hex(8)
        self._link: Link | None = None
        self._used_at, self._pruned_at, self._holds = 0.0, 0.0, False
        self._loop = Loop(f"publish-{address.name}", self._turn, self._failed, self._rest)
        self.start, self.stop = self._loop.start, self._loop.stop

    def step(self) -> int:
        """Publish what is next; how many. Raises BrokerUnavailable, StoreUnavailable."""
        now, name = self._clock(), self._address.name
        if not outbox.waits(self._database, name):
            return 0
        with self._database.begin() as conn:
            self._holds = outbox.hold(conn, name, self._owner, now, now + LEASE_S)
        if not self._holds:
            return 0
        if self._link is None:
            self._link = self._connect(self._address)
        entries, sent = outbox.following(self._database, name, AT_ONCE), list[outbox.Kept]()
        try:
            for entry in entries:
                self._link.publish(_message(entry))
                sent.append(entry)
        finally:
            self._note(sent)
        return len(sent)

    def _note(self, sent: list[outbox.Kept]) -> None:
        if not sent:
            return
        now = self._used_at = self._clock()
        by_connection = Counter(each.connection for each in sent)
        with self._database.begin() as conn:
            outbox.published(conn, [each.id for each in sent], now)
            facts = {"broker": self._address.name}
            rows = [
                Entry("event.published", {"connection": each, "records": n, **facts})
                for each, n in by_connection.items()
            ]
            self._audit.write_all(rows, conn=conn)
        self._metrics.count("broker_messages", len(sent), broker=self._address.name, outcome="published")

    def _turn(self, stopped: threading.Event) -> None:
        while not stopped.is_set():
            if self.step():
                continue
            self._idle()
            stopped.wait(LOOK_EACH_S)

    def _idle(self) -> None:
        now = self._clock()
        if self._link is not None:
            if now - self._used_at > LINK_KEPT_S:
                self._rest()
            else:
                self._link.poll(0.0)  # keeps it alive
        if now - self._pruned_at > PRUNE_EACH_S:
            self._pruned_at = now
            with self._database.begin() as conn:
                outbox.prune(conn, now)

    def _failed(self, error: InlayError) -> None:
        if isinstance(error, BrokerUnavailable):
            self._metrics.count("broker_failures", broker=self._address.name, outcome=error.reason)

    def _rest(self) -> None:
        """Let link and lease go: another process may publish."""
        if self._link is not None:
            self._link.close()
            self._link = None
        if self._holds:
            self._holds = False
            with suppress(StoreUnavailable), self._database.begin() as conn:
                outbox.let_go(conn, self._address.name, self._owner)


def _message(entry: outbox.Kept) -> Message:
    subject = f"{entry.record_type}/{entry.record_id}"
    return Message(entry.event_id, entry.type, subject, entry.key, sequenced(entry), MEDIA_TYPE)
