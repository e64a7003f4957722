"""Watching libraries: subscribed, renewed before the end, and followed from where we were.

What is missed while nobody tells us is found by the link that each library is followed by.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace

from app.analysis import Analyses
from app.audit.log import AuditLog
from app.connections import Connection, Connections
from app.db import Database
from app.db.jobs import enqueue
from app.db.subscriptions import Subscription, Subscriptions
from app.errors import HostUnavailable, InlayError
from app.events.notices import CHANGES, SUBSCRIBE
from app.hosts._host import Call
from app.hosts._notices import Changed, Notices

RENEW_BEFORE_S = 7 * 86_400.0
LOOK_EACH_S = 86_400.0  # at the latest
RETRY_S, RETRY_MOST_S = 5.0, 3_600.0
MAX_PAGES = 200  # of changes in one go


class Subscriber:
    """Keeps subscriptions, and follows what changed. Asks with the connections' own right."""

    def __init__(
        self,
        connections: Connections,
        call: Call,
        analyses: Analyses,
        subscriptions: Subscriptions,
        database: Database,
        audit: AuditLog,
        public_url: str,
        clock: Callable[[], float],
    ) -> None:
        self._connections, self._call, self._analyses = connections, call, analyses
        self._subscriptions, self._database, self._audit = subscriptions, database, audit
        self._public_url, self._clock = public_url, clock

    def keep(self, name: str, failures: int = 0, *, renew: bool = False) -> None:
        """Subscribe where nobody tells us, renew what ends soon (`renew`: all), and come back in time.

        Never fails: what cannot be done now is tried again, later each time.
        """
        if name not in self._connections:
            return
        connection = self._connections.get(name)
        notices = connection.host.notices
        if notices is None or not connection.settings.rollout:
            return
        known = self._subscriptions.of(name)
        with self._database.begin() as conn:
            for drive in known.keys() - {*connection.settings.drives}:
                self._subscriptions.drop(conn, name, drive)
        try:
            drives = connection.settings.drives
            ends = [self._kept(connection, notices, each, known.get(each), renew) for each in drives]
        except InlayError as error:
            self._audit.write(
                "host.failed", connection=name, reason=error.reason, detail={"host": connection.settings.host}
            )
            wait = min(RETRY_S * 2 ** min(failures, 20), RETRY_MOST_S)
            self._again(name, self._clock() + max(wait, error.retry_after_s or 0.0), failures + 1)
            return
        now = self._clock()
        self._again(name, min([now + LOOK_EACH_S, *(end - RENEW_BEFORE_S for end in ends)]), 0)

    def end(self, name: str) -> None:
        """The host tells us no more of this connection's libraries. Raises HostUnavailable: call it again."""
        connection = self._connections.get(name) if name in self._connections else None
        for drive, known in self._subscriptions.of(name).items():
            if connection and connection.host.notices and known.id and known.ends_at > self._clock():
                self._end(connection, connection.host.notices, known.id)
            with self._database.begin() as conn:
                self._subscriptions.drop(conn, name, drive)

    def _end(self, connection: Connection, notices: Notices, subscription: str) -> None:
        self._connections.with_own_token(
            connection, lambda token: notices.end(self._call, connection.settings, token, subscription)
        )

    def follow(self, name: str, drive: str) -> int:
        """Outdate what changed in a library since we looked; how many documents. Raises HostUnavailable."""
        known = self._subscriptions.of(name).get(drive) if name in self._connections else None
        if known is None:
            return 0
        connection = self._connections.get(name)
        notices = connection.host.notices
        link, count = known.link, 0
        if notices is None:
            return 0
        for _ in range(MAX_PAGES):
            changed = self._changed(connection, notices, drive, link)
            with self._database.begin() as conn:
                for record in changed.records:
                    for reader in self._connections.readers_of(name):
                        self._analyses.outdate(conn, reader, record, self._clock())
                self._subscriptions.follow(conn, name, drive, changed.link)
            link, count = changed.link, count + len(changed.records)
            if not changed.more:
                return count
        raise HostUnavailable(reason="changes-too-many")  # what is done is done: the next try goes on from there

    def _kept(
        self, connection: Connection, notices: Notices, drive: str, known: Subscription | None, renew: bool
    ) -> float:
        """When this library's subscription ends, after it was seen to."""
        now = self._clock()
        if known is not None and known.id and known.ends_at > now:
            if not renew and known.ends_at - now > RENEW_BEFORE_S:
                return known.ends_at
            ends_at = self._renewed(connection, notices, known)
            if ends_at:
                return ends_at
        return self._made(connection, notices, drive, known)

    def _renewed(self, connection: Connection, notices: Notices, known: Subscription) -> float:
        """0 when the host knows nothing of it."""
        wanted = self._clock() + notices.life_s
        fresh = self._connections.with_own_token(
            connection, lambda token: notices.renew(self._call, connection.settings, token, known.id, wanted)
        )
        if fresh is None:
            return 0.0
        with self._database.begin() as conn:
            self._subscriptions.put(conn, replace(known, ends_at=fresh.ends_at))
            self._audit.write("subscription.renewed", conn=conn, connection=connection.name)
        return fresh.ends_at

    def _made(self, connection: Connection, notices: Notices, drive: str, known: Subscription | None) -> float:
        """The link first: what changes while we subscribe is then found by the look that follows."""
        link = known.link if known else self._changed(connection, notices, drive, None).link
        state, url = secrets.token_urlsafe(32), f"{self._public_url}/events/{connection.name}"
        wanted = self._clock() + notices.life_s
        made = self._connections.with_own_token(
            connection,
            lambda token: notices.subscribe(self._call, connection.settings, token, drive, url, state, wanted),
        )
        digest = hashlib.sha256(state.encode()).hexdigest()
        with self._database.begin() as conn:
            self._subscriptions.put(conn, Subscription(connection.name, drive, made.id, digest, made.ends_at, link))
            look = {"connection": connection.name, "drive": drive}
            enqueue(conn, CHANGES, look, run_at=self._clock(), dedupe_key=f"{CHANGES}:{connection.name}:{drive}")
            self._audit.write("subscription.begun", conn=conn, connection=connection.name)
        return made.ends_at

    def _changed(self, connection: Connection, notices: Notices, drive: str, link: str | None) -> Changed:
        return self._connections.with_own_token(
            connection, lambda token: notices.changes(self._call, connection.settings, token, drive, link)
        )

    def _again(self, name: str, at: float, failures: int) -> None:
        with self._database.begin() as conn:
            payload = {"connection": name, "failures": failures}
            enqueue(conn, SUBSCRIBE, payload, run_at=at, dedupe_key=f"{SUBSCRIBE}:{name}")
