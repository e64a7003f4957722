"""Permission: may this session see this record, and which of its fields. Fails closed, always.

A record that the launch attests is allowed. Every other record of the session is shown only after the host has
said yes with the viewer's own token; the answer is remembered for minutes, a refusal for seconds.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from cachetools import TLRUCache

from app.config import CapabilitySettings, ConnectionSettings
from app.connections import Connection, Connections
from app.errors import Denied, InlayError
from app.hosts._host import Call
from app.launch import Access, Record
from app.session.bearer import Session
from app.session.behalf import Behalf

ALLOWED_FOR_S = 300.0
REFUSED_FOR_S = 30.0


@dataclass(frozen=True, slots=True)
class Grant:
    """The yes for one record. `hidden_fields` are the capability's features that this viewer may not see."""

    record: Record
    hidden_fields: frozenset[str] = frozenset()
    until: float = math.inf  # when it must be asked for again; what the launch attests holds as long as the session
    name: str = ""  # what the viewer knows the record by, where the host said it when it was asked


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
        behalf: Behalf,
        clock: Callable[[], float],
        lists: Collection[str] = (),
    ) -> None:
        """`lists` are the components whose sessions need not name a record: the host is asked about each."""
        self._connections, self._behalf, self._clock, self._lists = connections, behalf, clock, frozenset(lists)
        self._known: TLRUCache[tuple[str, Record], _Known] = TLRUCache(100_000, lambda _, known, __: known.until, clock)
        self._lock = threading.Lock()

    def grants(self, session: Session, records: Sequence[Record]) -> dict[Record, Grant | InlayError]:
        """A grant for every record, or why not: Denied, HostUnavailable, SessionExpired (the host's token died)."""
        named = frozenset(records if self._names_none(session) else session.records)
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

    def _names_none(self, session: Session) -> bool:
        """A list that was opened where there is no record: whichever record it asks for, the host says of each.

        It opens nothing that its viewer cannot see there: for such a session no launch's word counts (one that attests
        its records lists those that it names, and no others), the host is asked with the viewer's own token, and what
        it answered is remembered for this session alone. A yes shows no more than the host's own page of that record.
        """
        return session.component in self._lists and not session.records and not session.attested_record

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

        def question(call: Call, settings: ConnectionSettings, url: str, token: str) -> dict[Record, Access]:
            return connection.host.check_access(call, settings, url, token, records, fields)

        access = self._behalf.ask(session, connection, question)
        now = self._clock()
        asked = {
            record: _Known(answer, now + (ALLOWED_FOR_S if answer.allowed else REFUSED_FOR_S))
            for record, answer in access.items()
        }
        with self._lock:
            self._known.update({(session.id, record): known for record, known in asked.items()})
        return asked


def _grant(connection: Connection, record: Record, known: _Known) -> Grant | Denied:
    if not known.access.allowed:
        return Denied(reason="host-says-no")
    capability = connection.capability_for(record)
    hidden = _hidden(connection, capability, known.access.visible_fields) if capability else frozenset()
    return Grant(record, hidden, known.until, known.access.name)


def _hidden(connection: Connection, capability: CapabilitySettings, visible: frozenset[str]) -> frozenset[str]:
    """The capability's features whose fields at the host are not among the visible ones."""
    names = connection.host_fields(capability)
    return frozenset(feature for feature, field in names.items() if field not in visible)
