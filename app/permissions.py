"""Permission: may this session see this record, and which of its fields. Fails closed, always.

A record that the launch attests is allowed. Every other record of the session is shown only after the host has
said yes with the viewer's own token; the answer is remembered for minutes, a refusal for seconds.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cachetools import TLRUCache

from app.bearer import Session
from app.config import CapabilitySettings
from app.connections import Connection, Connections
from app.errors import Denied, HostUnavailable, InlayError, OutboundError, SessionExpired
from app.hosts._oauth import ViewerTokens
from app.identities import HostIdentity
from app.launch import Access, Record
from app.metrics import Metrics
from app.net.door import Door
from app.net.permits import Permits
from app.session import Sessions

ALLOWED_FOR_S = 300.0
REFUSED_FOR_S = 30.0


@dataclass(frozen=True, slots=True)
class Grant:
    """The yes for one record. `hidden_fields` are the capability's features that this viewer may not see."""

    record: Record
    hidden_fields: frozenset[str] = frozenset()
    until: float = math.inf  # when it must be asked for again; what the launch attests holds as long as the session


@dataclass(frozen=True, slots=True)
class _Known:
    """The host's answer, and until when it is believed."""

    access: Access
    until: float


class Permissions:
    """Asks the host once for many records, and remembers."""

    def __init__(
        self,
        connections: Connections,
        sessions: Sessions,
        door: Door,
        permits: Permits,
        metrics: Metrics,
        clock: Callable[[], float],
    ) -> None:
        self._connections, self._sessions, self._door, self._permits = connections, sessions, door, permits
        self._metrics = metrics
        self._clock = clock
        self._viewer_tokens = ViewerTokens(door, clock)
        self._paused: dict[str, tuple[float, str]] = {}  # connection -> until when its host is left alone, and why
        self._known: TLRUCache[tuple[str, Record], _Known] = TLRUCache(100_000, lambda _, known, __: known.until, clock)
        self._lock = threading.Lock()

    def grants(self, session: Session, records: Sequence[Record]) -> dict[Record, Grant | InlayError]:
        """A grant for every record, or why not: Denied, HostUnavailable, SessionExpired (the host's token died)."""
        named = frozenset(session.records)
        connection = self._connections.get(session.connection)
        if not connection.settings.rollout:  # switched off: for sessions that are open already too
            return {record: Denied(reason="rollout-off") for record in records}
        answers: dict[Record, Grant | InlayError] = {
            record: Denied(reason="record-not-in-session") for record in records if record not in named
        }
        asked = [record for record in dict.fromkeys(records) if record in named]
        if session.attested_record:
            return answers | {record: self._attested(session, connection, record) for record in asked}
        try:
            access = self._access(session, connection, asked)
        except InlayError as error:
            return answers | dict.fromkeys(asked, error)
        for record in asked:
            answers[record] = _grant(connection, record, access.get(record) or _Known(Access(allowed=False), 0.0))
        return answers

    def confirm(self, session: Session) -> None:
        """Ask the host again, past what is remembered: is the viewer's token alive, and the record visible?

        Raises SessionExpired, HostUnavailable; a record that is no longer visible is found out by `grants`.
        """
        self._ask(session, self._connections.get(session.connection), session.records)

    def _attested(self, session: Session, connection: Connection, record: Record) -> Grant:
        """The launch named the record. Of fields it says what it says: where it names the visible ones, these are
        it; where it does not, what it carried of this record is the viewer's to see, and nothing of others."""
        capability = connection.capability_for(record)
        if capability is None or (session.fields is None and record in session.carried):
            return Grant(record)
        return Grant(record, _hidden(connection, capability, session.fields or frozenset()))

    def _access(self, session: Session, connection: Connection, records: Sequence[Record]) -> dict[Record, _Known]:
        with self._lock:
            known = {record: found for record in records if (found := self._known.get((session.id, record)))}
        unknown = [record for record in records if record not in known]
        return known | self._ask(session, connection, unknown) if unknown else known

    def _ask(self, session: Session, connection: Connection, records: Sequence[Record]) -> dict[Record, _Known]:
        fields = sorted(
            {
                field
                for record in records
                if (capability := connection.capability_for(record))
                for field in connection.host_fields(capability).values()
            }
        )
        self._require_not_paused(connection)
        try:
            access = self._ask_once_more(session, connection, records, fields)
        except SessionExpired:
            self._count(connection, "token-dead")
            raise
        except (HostUnavailable, OutboundError) as error:
            self._count(connection, error.code)
            self._pause(connection, error)
            raise HostUnavailable(reason=error.reason, retry_after_s=error.retry_after_s) from error
        self._count(connection, "ok")
        now = self._clock()
        asked = {
            record: _Known(answer, now + (ALLOWED_FOR_S if answer.allowed else REFUSED_FOR_S))
            for record, answer in access.items()
        }
        with self._lock:
            self._known.update({(session.id, record): known for record, known in asked.items()})
        return asked

    def _ask_once_more(
        self, session: Session, connection: Connection, records: Sequence[Record], fields: Sequence[str]
    ) -> dict[Record, Access]:
        """Ask, and once more with another token when the host calls the one of a sign-in dead before its time."""
        identity = self._sessions.host_identity(session)
        try:
            return self._ask_host(connection, identity, records, fields)
        except SessionExpired:
            if not identity.signed_in:
                raise
        identity = self._sessions.host_identity(session, dead=identity.token)
        return self._ask_host(connection, identity, records, fields)

    def _ask_host(
        self, connection: Connection, identity: HostIdentity, records: Sequence[Record], fields: Sequence[str]
    ) -> dict[Record, Access]:
        host, settings, token = connection.host, connection.settings, identity.token
        with self._permits.take():
            if host.exchange is not None and not identity.signed_in:
                token = self._viewer_tokens.get(host.exchange, settings, identity.token)
            try:
                return host.check_access(self._door.call, settings, identity.url, token, records, fields)
            except SessionExpired:
                self._viewer_tokens.drop(settings, identity.token)
                raise

    def _require_not_paused(self, connection: Connection) -> None:
        """A host that said when to come again is asked nothing before: calls made too early count there too."""
        until, reason = self._paused.get(connection.name, (0.0, ""))
        if (left := until - self._clock()) > 0:
            raise HostUnavailable(reason=reason, retry_after_s=left)

    def _pause(self, connection: Connection, error: InlayError) -> None:
        if error.retry_after_s:
            self._paused[connection.name] = (self._clock() + error.retry_after_s, error.reason)

    def _count(self, connection: Connection, outcome: str) -> None:
        self._metrics.count("host_calls", host=connection.settings.host, outcome=outcome)


def _grant(connection: Connection, record: Record, known: _Known) -> Grant | Denied:
    if not known.access.allowed:
        return Denied(reason="host-says-no")
    capability = connection.capability_for(record)
    hidden = _hidden(connection, capability, known.access.visible_fields) if capability else frozenset()
    return Grant(record, hidden, known.until)


def _hidden(connection: Connection, capability: CapabilitySettings, visible: frozenset[str]) -> frozenset[str]:
    """The capability's features whose fields at the host are not among the visible ones."""
    names = connection.host_fields(capability)
    return frozenset(feature for feature, field in names.items() if field not in visible)
