"""The checks between settings: half-set pairs, names that must exist, plain http, regions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.config.checks_broker import check_broker
from app.config.checks_core import check_core
from app.config.kinds import LOOPBACK
from app.config.machine_checks import check_machines
from app.config.reader import Reader
from app.config.write_back import OF_ANALYSIS, WriteBack

if TYPE_CHECKING:
    from app.config.capability import CapabilitySettings
    from app.config.connection import ConnectionSettings
    from app.config.table import Settings


def check(settings: Settings, reader: Reader) -> None:
    """Put every disagreement on the reader's list of problems."""
    _pair(reader, ("server",), "tls_certificate", "tls_key")
    for name, connection in settings.connections.items():
        _pair(reader, ("connections", name), "client_id", "client_secret")
        _needs(reader, ("connections", name), "token_url", "client_secret")
        for setting in ("sign_in_client_secret", "sign_in_scopes"):
            _needs(reader, ("connections", name), setting, "sign_in_client_id")
        _connection_names(settings, reader, connection)
        _regions(settings, reader, connection)
        check_machines(settings, reader, connection)
        _needs(reader, ("connections", name), "tenants", "client_secret")
        _needs(reader, ("connections", name), "drives", "token_url")
        _event_tokens(reader, connection)
        check_broker(settings, reader, connection)
        if "HS256" in connection.algorithms and not reader.given("connections", name, "shared_keys"):
            mend = 'Add shared_keys = { kid = "env:NAME" }, or take HS256 out.'
            reader.problem(("connections", name, "algorithms"), "HS256 has no shared_keys.", mend)
    for name, capability in settings.capabilities.items():
        if not capability.is_imported:
            _exists(reader, ("capabilities", name, "core"), (capability.core,), settings.cores, "core")
        elif capability.kind != "score":
            mend = "Name the core that reads the documents."
            reader.problem(("capabilities", name, "core"), "is import, but only scores can be imported.", mend)
        _canary(settings, reader, capability)
        if (
            capability.kind == "score"
            and not (capability.fields or capability.is_imported)
            and reader.sound("capabilities", name, "fields")
        ):
            reader.problem(("capabilities", name), "names no fields.", "Name the features that the score reads.")
    for core in settings.cores.values():
        check_core(core, reader)
    _key_store(settings, reader)
    _pair(reader, ("alerts",), "webhook", "secrets")
    for name in settings.brokers:
        _pair(reader, ("brokers", name), "certificate", "key")
    _plain_http(settings, reader)
    _admins(settings, reader)


def _canary(settings: Settings, reader: Reader, capability: CapabilitySettings) -> None:
    path = ("capabilities", capability.name, "canary")
    _pair(reader, path[:2], "canary", "canary_percent")
    if not capability.canary:
        return
    if capability.is_imported:
        reader.problem(path, "is of a capability that no core answers.", "Remove it.")
    _exists(reader, path, (capability.canary,), settings.cores, "core")
    if capability.canary == capability.core:
        reader.problem(path, "is the core that answers anyway.", "Name another: two may have one url and two models.")
    if capability.kind != "score":
        reader.problem(path, "is of an analysis.", "Remove it: only scores have a canary.")


def _key_store(settings: Settings, reader: Reader) -> None:
    """A backup of the main database must not hold the keys to what is in it."""
    store = settings.store
    if store.key_store and _place(store.key_store) == _place(store.url):
        mend = "Name another database, best on another server; or leave it out."
        reader.problem(("store", "key_store"), "is the main database.", mend)


def _place(url: str) -> str:
    """Where a database is, without how it is opened."""
    base = url.partition("?")[0]
    if base.startswith("sqlite:///"):
        return str(Path(base.removeprefix("sqlite:///")).resolve())
    return base.partition("//")[2].rpartition("@")[2]


def _admins(settings: Settings, reader: Reader) -> None:
    """Who comes in without a link is named; and all may come in only where nobody else is."""
    own, admin = urlsplit(settings.server.public_url or ""), settings.admin
    if admin.one_click and (own.hostname not in LOOPBACK or settings.server.bind not in LOOPBACK):
        mend = "Take it out, and come in by: inlay admin link"
        reader.problem(("admin", "one_click"), "would let everybody in who reaches this server.", mend)
    if admin.sign_in:
        _exists(reader, ("admin", "sign_in"), (admin.sign_in,), settings.connections, "connection")
    _pair(reader, ("admin",), "sign_in", "roles")
    for who, names in admin.only.items():
        _exists(reader, ("admin", "only"), names, settings.connections, "connection")
        if who not in admin.roles:
            reader.problem(("admin", "only"), f"{who} has no role.", "Give it one under roles, or take it out.")


def _pair(reader: Reader, section: tuple[str, ...], one: str, other: str) -> None:
    _needs(reader, section, one, other)
    _needs(reader, section, other, one)


def _needs(reader: Reader, section: tuple[str, ...], there: str, missing: str) -> None:
    if reader.given(*section, there) and not reader.given(*section, missing):
        reader.problem((*section, there), f"is set without {missing}.", f"Set {missing} too, or remove {there}.")


def _exists(
    reader: Reader, path: tuple[str, ...], names: tuple[str, ...], known: Mapping[str, object], word: str
) -> None:
    for name in names or ():
        if name not in known and reader.sound(*path):
            mend = f"Known are: {', '.join(known) or 'none'}. Or add a section for it."
            reader.problem(path, f"there is no {word} {name}.", mend)


def _connection_names(settings: Settings, reader: Reader, connection: ConnectionSettings) -> None:
    path = ("connections", connection.name)
    capabilities = connection.capabilities or ()
    _exists(reader, (*path, "capabilities"), capabilities, settings.capabilities, "capability")
    _exists(reader, (*path, "fields"), tuple(connection.fields), settings.capabilities, "capability")
    _priorities(settings, reader, connection)
    _write_backs(settings, reader, connection)
    others = {name: each for name, each in settings.connections.items() if name != connection.name}
    if connection.records_from:
        _exists(reader, (*path, "records_from"), (connection.records_from,), others, "other connection")
    source = others.get(connection.records_from or "")
    if source and {*(source.second_person or ())} != {*(connection.second_person or ())}:  # one review is for both
        what = f"is not that of {source.name}, whose records it reads: who speaks alone here speaks there too."
        reader.problem((*path, "second_person"), what, "Set the same verdicts in both.")


def _priorities(settings: Settings, reader: Reader, connection: ConnectionSettings) -> None:
    """A rule goes by what is read anyway: no further field leaves the host for it."""
    for name, rules in (connection.priority or {}).items():
        path = ("connections", connection.name, "priority", name)
        capability = settings.capabilities.get(name)
        if capability is None or name not in (connection.capabilities or ()):
            mend = f"Known here are: {', '.join(connection.capabilities or ()) or 'none'}."
            reader.problem(path, f"the connection has no capability {name}.", mend)
            continue
        if capability.kind != "score":
            reader.problem(path, "is about an analysis.", "Remove it: only scores are computed ahead.")
        asked = {field for rule in rules for field, _ in rule.conditions}
        unknown = sorted(asked - {*(capability.fields or ())})
        if unknown and reader.sound("capabilities", name, "fields"):
            mend = f"Use its fields: {', '.join(capability.fields or ())}."
            reader.problem(path, f"{name} reads no {', '.join(unknown)}.", mend)


def _event_tokens(reader: Reader, connection: ConnectionSettings) -> None:
    """A token is the end of an address, and the sender must say whose it is."""
    path = ("connections", connection.name)
    _needs(reader, path, "event_tokens", "issuer")
    if any(not re.fullmatch(r"[A-Za-z0-9_-]+", each.reveal()) for each in connection.event_tokens or ()):
        mend = "Make one with: openssl rand -hex 32"
        reader.problem((*path, "event_tokens"), "one has signs that cannot stand in an address.", mend)


def _write_backs(settings: Settings, reader: Reader, connection: ConnectionSettings) -> None:
    """Who reads the records writes them, and never what a core reads of them."""
    base = ("connections", connection.name, "write_back")
    if connection.write_back and connection.records_from:
        mend = f"Write it under [connections.{connection.records_from}.write_back], whose identity writes it."
        reader.problem(base, f"the records are those of connection {connection.records_from}.", mend)
    elif connection.write_back and not connection.client_id:
        mend = "Set client_id, client_secret and token_url: nothing is written with a viewer's token."
        reader.problem(base, "there is no integration identity to write with.", mend)
    for name, each in (connection.write_back or {}).items():
        capability = settings.capabilities.get(name)
        if capability is None or name not in (connection.capabilities or ()):
            mend = f"Known here are: {', '.join(connection.capabilities or ()) or 'none'}."
            reader.problem((*base, name), f"the connection has no capability {name}.", mend)
            continue
        _written_fields(reader, connection, capability, each)


def _written_fields(
    reader: Reader, connection: ConnectionSettings, capability: CapabilitySettings, written: WriteBack
) -> None:
    path = ("connections", connection.name, "write_back", capability.name)
    if capability.kind != "score" and (more := sorted({*written.fields} - OF_ANALYSIS)):
        mend = f"Take it out; of an analysis, name some of {', '.join(sorted(OF_ANALYSIS))}."
        reader.problem((*path, more[0]), "an analysis has none.", mend)
    renamed = (connection.fields or {}).get(capability.name, {})
    read = {str(renamed.get(feature, feature)).lower() for feature in capability.fields or ()}
    for what, field in written.fields.items():
        if field.lower() in read:
            mend = "Name a field that the capability does not read, or the core would be fed what it said."
            reader.problem((*path, what), f"{field} is read by {capability.name}.", mend)


def _regions(settings: Settings, reader: Reader, connection: ConnectionSettings) -> None:
    """A connection's data may meet only its own region. Either nobody says where anything is, or all do."""
    homes = settings.homes(connection)
    named = {home: region for home, region in homes.items() if region}
    silent = [home for home in homes if home not in named]
    path = ("connections", connection.name, *(["region"] if connection.region else []))
    if len(set(named.values())) > 1:
        what = "the regions do not agree: " + ", ".join(f"{home} is in {region}" for home, region in named.items())
        reader.problem(path, f"{what}.", "Use a core and a deployment in its region.")
    elif named and silent:
        unsaid = " and ".join(silent)
        what = f"is in {next(iter(named.values()))} by {', '.join(named)}, but nothing says where {unsaid} is."
        reader.problem(path, what, f"Set region for {unsaid} too, or take it out everywhere.")


def _plain_http(settings: Settings, reader: Reader) -> None:
    """Without TLS anybody between could read tokens or forge keys; allowing a host by name is a choice."""
    server = settings.server
    if server.public_url and not _guarded(server.public_url, ()):
        mend = "Use https. Plain http is for localhost only."
        reader.problem(("server", "public_url"), "is plain http on a name that is not this machine.", mend)
    urls: dict[tuple[str, ...], str] = {("cores", name, "url"): core.url for name, core in settings.cores.items()}
    urls |= {("cores", name, "token_url"): core.token_url for name, core in settings.cores.items()}
    for name, connection in settings.connections.items():
        for key in ("jwks_url", "machine_jwks_url", "host_url", "token_url", "authority"):
            urls["connections", name, key] = getattr(connection, key)
    urls["alerts", "webhook"] = settings.alerts.webhook
    urls |= {("brokers", name, "url"): each.url for name, each in settings.brokers.items()}
    for path, url in urls.items():
        if url and not _guarded(url, server.allow_private):
            parts = urlsplit(url)
            what, better = ("plain http", "https") if parts.scheme == "http" else ("without TLS", "amqps")
            mend = f"Use {better}, or list {parts.netloc.rpartition('@')[2]} in server.allow_private."
            reader.problem(path, f"is {what}.", mend)


def _guarded(url: str, allowed: tuple[str, ...]) -> bool:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]  # without user and password
    return (
        parts.scheme in ("https", "amqps") or parts.hostname in LOOPBACK or bool({parts.hostname, place} & {*allowed})
    )
