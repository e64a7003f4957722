"""The checks of services that come with tokens: none may pass for a launch, nor for another customer's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.config.reader import Reader

if TYPE_CHECKING:
    from app.config.connection import ConnectionSettings
    from app.config.table import Settings

_SETTINGS = ("machine_issuer", "machine_audience", "machines")


def check_machines(settings: Settings, reader: Reader, connection: ConnectionSettings) -> None:
    """Put what is wrong on the reader's list of problems."""
    path = ("connections", connection.name)
    given = [each for each in _SETTINGS if reader.given(*path, each)]
    if reader.given(*path, "machine_jwks_url") and not given:
        reader.problem((*path, "machine_jwks_url"), "is set without machines.", "Set machines too, or remove it.")
    for missing in sorted(set(_SETTINGS) - {*given}) if given else ():
        reader.problem((*path, given[0]), f"is set without {missing}.", f"Set {missing} too, or remove {given[0]}.")
    if not connection.machines or len(given) < len(_SETTINGS):
        return
    audience = connection.machine_audience
    if audience in (connection.audience, connection.sign_in_client_id, *connection.clients):
        mend = "Register another audience for services: their tokens must not open panels."
        reader.problem((*path, "machine_audience"), "is the audience of viewers' tokens too.", mend)
    same = (connection.machine_issuer, audience)
    for other in settings.connections.values():
        if other.name > connection.name and (other.machine_issuer, other.machine_audience) == same:
            what = f"has the issuer and the audience of {other.name}: nobody could tell whose a token is."
            reader.problem((*path, "machine_audience"), what, "Give each connection an audience of its own.")
    _grants(settings, reader, connection)


def _grants(settings: Settings, reader: Reader, connection: ConnectionSettings) -> None:
    for subject, machine in connection.machines.items():
        path = ("connections", connection.name, "machines", subject)
        known = [each for each in connection.capabilities or () if each in settings.capabilities]
        for name in machine.capabilities:
            if name not in known:
                mend = f"Known here are: {', '.join(known) or 'none'}."
                reader.problem(path, f"the connection has no capability {name}.", mend)
        read = {field for name in machine.capabilities if name in known for field in settings.capabilities[name].fields}
        for field in machine.fields:
            if field not in read:
                mend = f"Known are: {', '.join(sorted(read)) or 'none'}."
                reader.problem(path, f"its capabilities read no field {field}.", mend)
