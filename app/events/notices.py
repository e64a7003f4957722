"""Notifications from a host that something in a library changed: checked, queued, answered at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from app.audit.log import AuditLog
from app.connections import Connection
from app.db import Database
from app.db.jobs import Priority, enqueue
from app.db.subscriptions import Subscription, Subscriptions
from app.errors import InlayError
from app.hosts._notices import Notice, NoticeKind
from app.keys import same

CHANGES, SUBSCRIBE = "changes", "subscribe"  # kinds of jobs


class NoticeRefused(InlayError):
    """A notification that no subscription of ours can have caused."""

    code, status, title = "refused", 403, "This notification is about no subscription of this connection."


class NoticeBoard:
    """Takes notifications in. What they say is looked up elsewhere; here is only decided whether to look."""

    def __init__(
        self, database: Database, subscriptions: Subscriptions, audit: AuditLog, clock: Callable[[], float]
    ) -> None:
        self._database, self._subscriptions, self._audit, self._clock = database, subscriptions, audit, clock

    def begin(self, connections: Iterable[Connection]) -> None:
        """Have every connection looked after that names libraries. Raises StoreUnavailable."""
        with self._database.begin() as conn:
            for each in connections:
                if each.settings.drives and each.host.notices is not None:
                    later = {"connection": each.name}
                    enqueue(conn, SUBSCRIBE, later, run_at=self._clock(), dedupe_key=f"{SUBSCRIBE}:{each.name}")

    def question(self, connection: Connection, query: Mapping[str, str]) -> str:
        """What to answer with, if the host only asks whether this address wants to be told."""
        notices = connection.host.notices
        return notices.question(query) if notices is not None and connection.settings.drives else ""

    def accept(self, connection: Connection, body: bytes, admit: Callable[[], None] = lambda: None) -> int:
        """Queue a look at each library that a notification is about; how many libraries.

        `admit` is asked once they are known to be the host's, and may raise. Raises NoticeRefused, BadRequest,
        StoreUnavailable.
        """
        notices = connection.host.notices
        if notices is None or not connection.settings.drives:
            raise NoticeRefused(reason="notices-unset")
        told = _believed(connection, notices.read(body), list(self._subscriptions.of(connection.name).values()))
        admit()
        now = self._clock()
        with self._database.begin() as conn:
            for drive, kinds in told.items():
                if NoticeKind.REMOVED in kinds:
                    self._subscriptions.lose(conn, connection.name, drive)
                if kinds & {NoticeKind.REMOVED, NoticeKind.RENEW}:
                    # not the twin of the one that waits for its day: that renews only what ends soon
                    soon = {"connection": connection.name, "renew": True}
                    enqueue(conn, SUBSCRIBE, soon, run_at=now, dedupe_key=f"{SUBSCRIBE}:{connection.name}:renew")
                if kinds - {NoticeKind.RENEW}:
                    look = {"connection": connection.name, "drive": drive}
                    enqueue(
                        conn,
                        CHANGES,
                        look,
                        priority=Priority.CHANGED,
                        run_at=now,
                        dedupe_key=f"{CHANGES}:{connection.name}:{drive}",
                    )
            self._audit.write("event.accepted", conn=conn, connection=connection.name, records=0)
        return len(told)


def _believed(
    connection: Connection, notices: Sequence[Notice], known: Sequence[Subscription]
) -> dict[str, set[NoticeKind]]:
    """Drive -> what is said of it, by those who know the subscription's secret. Raises NoticeRefused."""
    told: dict[str, set[NoticeKind]] = {}
    for notice in notices:
        digest = hashlib.sha256(notice.state.encode()).hexdigest()
        for each in known:
            # both, whatever the first says: neither the secret nor the id is told by how long it takes
            holds = same(digest, each.state) & same(notice.subscription, each.id) & bool(each.id)
            if holds and notice.tenant in {"", *connection.settings.tenants}:
                told.setdefault(each.drive, set()).add(notice.kind)
    if not told:
        raise NoticeRefused(reason="notice-unknown")
    return told
