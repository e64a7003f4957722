"""Connections: one customer's installation of a host, with the identity that reads its records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from app.config import CapabilitySettings, ConnectionSettings, Settings
from app.errors import ConfigError, Denied, HostUnavailable, LaunchRefused, OutboundError, Problem, SessionExpired
from app.hosts import HOSTS
from app.hosts._document import DocumentFile
from app.hosts._host import Call, Host
from app.hosts._oauth import IntegrationTokens
from app.hosts._sign_in import SignIn
from app.launch import Record
from app.metrics import Metrics
from app.net.door import Door

T = TypeVar("T")

# What only some hosts know: to set it elsewhere would look like a rule that holds there.
_SPECIAL = frozenset(name for host in HOSTS.values() for name in host.uses)
_DEFAULTS = {each.name: each.default for each in fields(ConnectionSettings)}


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection as the road uses it: its settings, its host's form, and what it may ask of which core."""

    name: str
    settings: ConnectionSettings
    host: Host
    capabilities: tuple[CapabilitySettings, ...]
    fields: Mapping[str, Mapping[str, str]]  # capability -> feature -> field at the host that the records are read from

    @property
    def sign_in(self) -> SignIn | None:
        """How viewers sign in here by themselves; None where the host or the connection offers it not."""
        slot = self.host.sign_in
        return slot if slot is not None and slot.ready(self.settings) else None

    @property
    def source(self) -> str:
        """The connection that the records are read through: what is kept of them is kept under its name."""
        return self.settings.records_from or self.name

    def capability_named(self, name: str) -> CapabilitySettings | None:
        """Its capability of that name; None where it has none."""
        return next((each for each in self.capabilities if each.name == name), None)

    def capability_for(self, record: Record, kind: str = "score") -> CapabilitySettings | None:
        """The first of the connection's capabilities that answers so and speaks of this type of record."""
        return next((each for each in self.capabilities if each.kind == kind and record.type in each.records), None)

    def host_fields(self, capability: CapabilitySettings) -> dict[str, str]:
        """Feature name -> name of the field at the host, for the fields that the capability declares."""
        renamed = self.fields.get(capability.name, {})
        return {feature: renamed.get(feature, feature) for feature in capability.fields}


class Connections:
    """All connections by name, and the reading of records through their integration identities."""

    def __init__(self, settings: Settings, door: Door, tokens: IntegrationTokens, metrics: Metrics) -> None:
        """Raises ConfigError when a connection names an unknown host or lacks what its host requires."""
        self._door, self._tokens, self._metrics = door, tokens, metrics
        problems = list(_problems(settings.connections.values()))
        if problems:
            raise ConfigError(problems)
        self._by_name = {
            name: Connection(
                name,
                each,
                HOSTS[each.host],
                tuple(settings.capabilities[one] for one in each.capabilities),
                _fields(each, settings.connections.get(each.records_from, each)),
            )
            for name, each in settings.connections.items()
        }

    def __iter__(self) -> Iterator[Connection]:
        return iter(self._by_name.values())

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def get(self, name: str) -> Connection:
        """The connection of that name. Raises LaunchRefused: an outsider learns nothing about which exist."""
        connection = self._by_name.get(name)
        if connection is None:
            raise LaunchRefused(reason="connection-unknown")
        return connection

    def readers_of(self, name: str) -> tuple[str, ...]:
        """The connections whose records are read through this one, itself first: an event concerns all."""
        return (name, *(each.name for each in self._by_name.values() if each.settings.records_from == name))

    def can_read(self, connection: Connection) -> bool:
        """Whether the records' fields can be read from the host (else they come with the launch)."""
        source = self._source(connection)
        return source.host.reads and bool(source.settings.client_id)

    def read(
        self, connection: Connection, capability: CapabilitySettings, records: Sequence[Record]
    ) -> dict[Record, dict[str, Any]]:
        """The capability's declared features of up to 200 records of one type, in one call of the host.

        A record that the host does not have is left out. Raises HostUnavailable.
        """
        source = self._source(connection)
        wanted = connection.host_fields(capability)
        rows = self.with_own_token(
            source,
            lambda token: source.host.read_records(
                self._door.call, source.settings, token, records, tuple(wanted.values())
            ),
        )
        return {record: _features(row, wanted) for record, row in rows.items()}

    def can_list(self, connection: Connection) -> bool:
        """Whether the host can be asked which records there are."""
        return self.can_read(connection) and self._source(connection).host.list_records is not None

    def list(
        self, connection: Connection, capability: CapabilitySettings, kind: str, after: str
    ) -> dict[Record, dict[str, Any]]:
        """The next 200 records of a type after an id, with the capability's declared features; none at the end.

        Raises HostUnavailable.
        """
        source, wanted = self._source(connection), connection.host_fields(capability)
        ask = source.host.list_records
        if ask is None:
            raise HostUnavailable(reason="host-lists-nothing")
        rows = self.with_own_token(
            source, lambda token: ask(self._door.call, source.settings, token, kind, after, tuple(wanted.values()))
        )
        return {record: _features(row, wanted) for record, row in rows.items()}

    def _source(self, connection: Connection) -> Connection:
        name = connection.settings.records_from
        return self._by_name[name] if name else connection

    def read_document(self, connection: Connection, record: Record, max_bytes: int) -> DocumentFile:
        """A document with the integration identity's right. Raises Denied, DocumentRefused, HostUnavailable."""
        source = self._source(connection)
        read = source.host.read_document
        if read is None or not source.settings.client_id:
            raise Denied(reason="documents-not-readable")
        return self.with_own_token(
            source, lambda token: read(self._door.call, source.settings, "", token, record, max_bytes)
        )

    def with_host(self, source: Connection, ask: Callable[[Call, str], T]) -> T:
        """Ask the host whatever `ask` asks, by the network door and with the identity's token, as `with_own_token`."""
        return self.with_own_token(source, lambda token: ask(self._door.call, token))

    def with_own_token(self, source: Connection, ask: Callable[[str], T]) -> T:
        """Ask with the integration identity's token; once more with a fresh one when the host calls it dead.

        Raises HostUnavailable, and what the question raises.
        """
        try:
            token = self._tokens.get(source.settings, source.host.own_token)
            try:
                answer = ask(token)
            except SessionExpired:
                self._tokens.drop(source.settings, token)
                answer = ask(self._tokens.get(source.settings, source.host.own_token))
        except SessionExpired as dead:
            self._metrics.count(
                "host_calls", host=source.settings.host, connection=source.name, outcome="identity-refused"
            )
            raise HostUnavailable(reason="integration-identity-refused") from dead
        except (HostUnavailable, OutboundError) as away:
            self._metrics.count("host_calls", host=source.settings.host, connection=source.name, outcome=away.code)
            raise HostUnavailable(reason=away.reason, retry_after_s=away.retry_after_s) from away
        self._metrics.count("host_calls", host=source.settings.host, connection=source.name, outcome="ok")
        return answer


def _features(row: Mapping[str, Any], wanted: Mapping[str, str]) -> dict[str, Any]:
    """A row of the host by our names."""
    return {feature: row[field] for feature, field in wanted.items() if field in row}


def _fields(own: ConnectionSettings, source: ConnectionSettings) -> dict[str, dict[str, str]]:
    """What features are called where they are read: as the source says, unless the connection says otherwise."""
    return {name: {**source.fields.get(name, {}), **own.fields.get(name, {})} for name in own.capabilities}


def _problems(connections: Iterable[ConnectionSettings]) -> Iterable[Problem]:
    known = ", ".join(sorted(HOSTS))
    everything = list(connections)
    names = {each.name for each in everything}
    for each in everything:
        where = f"[connections.{each.name}]"
        if each.host not in HOSTS:
            yield Problem(where, f"host {each.host!r} is not known.", f"Use one of: {known}.")
            continue
        for name in HOSTS[each.host].requires:
            if not getattr(each, name):
                yield Problem(where, f"{name} is not set.", f"A connection of host {each.host} needs it.")
        sign_in = HOSTS[each.host].sign_in
        for name in sign_in.requires if sign_in and each.sign_in_client_id else ():
            if not getattr(each, name):
                yield Problem(where, f"{name} is not set.", "Viewers cannot sign in without it.")
        for name in sorted(_SPECIAL - {*HOSTS[each.host].uses}):
            if getattr(each, name) != _DEFAULTS[name]:
                yield Problem(where, f"{name} means nothing to host {each.host}.", "Remove it.")
        if each.write_back and HOSTS[each.host].writes is None:
            writes = ", ".join(sorted(name for name, one in HOSTS.items() if one.writes is not None))
            yield Problem(where, f"host {each.host} takes no write_back.", f"Remove it; these do: {writes}.")
        if each.warm is not None:
            yield from _warms(each, next((one for one in everything if one.name == each.records_from), each))
        if each.records_from and each.records_from not in names:
            yield Problem(where, f"records_from names {each.records_from!r}.", "Name another connection of this file.")


def _warms(connection: ConnectionSettings, source: ConnectionSettings) -> Iterable[Problem]:
    """A schedule needs somebody to say which records there are."""
    host = HOSTS.get(source.host)
    if host is not None and (host.list_records is None or not source.client_id):
        what = f"warm is set, but connection {source.name} cannot list its records."
        lists = ", ".join(sorted(name for name, each in HOSTS.items() if each.list_records is not None))
        mend = f"Give it a client_id where its host can ({lists}), or use: inlay warm --from FILE."
        yield Problem(f"[connections.{connection.name}]", what, mend)
