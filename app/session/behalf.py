"""Asking a host in a viewer's name: with the viewer's own token, within the permits, at the host's own pace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from cachetools import LRUCache

from app.config import ConnectionSettings
from app.connections import Connection
from app.errors import HostUnavailable, InlayError, OutboundError, SessionExpired
from app.hosts._host import Call
from app.hosts._oauth import ViewerTokens
from app.metrics import Metrics
from app.net.door import Door
from app.net.permits import Permits
from app.session import Sessions
from app.session.bearer import HostIdentity, Session

T = TypeVar("T")
Question = Callable[[Call, ConnectionSettings, str, str], T]  # the door, the settings, the host's URL, the token


class Behalf:
    """Asks; shared by all threads. A host that said when to come again is asked nothing before for that viewer.

    It said so of one viewer's token, and hosts count calls for each: other viewers have calls left.
    """

    def __init__(
        self, sessions: Sessions, door: Door, permits: Permits, metrics: Metrics, clock: Callable[[], float]
    ) -> None:
        self._sessions, self._door, self._permits = sessions, door, permits
        self._metrics, self._clock = metrics, clock
        self._viewer_tokens = ViewerTokens(door, clock)
        # connection and viewer -> until when the host is left alone, and why
        self._paused: LRUCache[tuple[str, str], tuple[float, str]] = LRUCache(10_000)
        self._lock = threading.Lock()

    def ask(self, session: Session, connection: Connection, question: Question[T], wait_s: float = 0.0) -> T:
        """The host's answer to a question that this session's viewer may ask. `wait_s`: for a permit.

        Raises SessionExpired when the host does not know the viewer any more; HostUnavailable, Busy; and what the
        question raises.
        """
        self._require_not_paused(session)
        try:
            answer = self._ask_once_more(session, connection, question, wait_s)
        except SessionExpired:
            self._count(connection, "token-dead")
            raise
        except (HostUnavailable, OutboundError) as error:
            self._count(connection, error.code)
            self._pause(session, error)
            raise HostUnavailable(reason=error.reason, retry_after_s=error.retry_after_s) from error
        self._count(connection, "ok")
        return answer

    def _ask_once_more(self, session: Session, connection: Connection, question: Question[T], wait_s: float) -> T:
        """Ask, and once more with another token when the host calls the one of a sign-in dead before its time."""
        identity = self._sessions.host_identity(session)
        try:
            return self._ask(connection, identity, question, wait_s)
        except SessionExpired:
            if not identity.signed_in:
                raise
        identity = self._sessions.host_identity(session, dead=identity.token)
        return self._ask(connection, identity, question, wait_s)

    def _ask(self, connection: Connection, identity: HostIdentity, question: Question[T], wait_s: float) -> T:
        host, settings, token = connection.host, connection.settings, identity.token
        with self._permits.take(wait_s):
            if host.exchange is not None and not identity.signed_in:
                token = self._viewer_tokens.get(host.exchange, settings, identity.token)
            try:
                return question(self._door.call, settings, identity.url, token)
            except SessionExpired:
                self._viewer_tokens.drop(settings, identity.token)
                raise

    def _require_not_paused(self, session: Session) -> None:
        """Calls made too early count at the host too."""
        with self._lock:
            until, reason = self._paused.get((session.connection, session.viewer.subject), (0.0, ""))
        if (left := until - self._clock()) > 0:
            raise HostUnavailable(reason=reason, retry_after_s=left)

    def _pause(self, session: Session, error: InlayError) -> None:
        if error.retry_after_s:
            with self._lock:
                until = self._clock() + error.retry_after_s
                self._paused[session.connection, session.viewer.subject] = (until, error.reason)

    def _count(self, connection: Connection, outcome: str) -> None:
        host, name = connection.settings.host, connection.name
        self._metrics.count("host_calls", host=host, connection=name, outcome=outcome)
