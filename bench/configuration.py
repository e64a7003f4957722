"""The configuration of the Inlay that is measured, and ports for all."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from app.demo import settings
from app.demo.crm import match
from bench.core import FIELD, TYPES
from bench.proofs import CARRIED, COMPONENT, Places

# One capability and one core for each of its record types: what one refuses must not open another's breaker.
_TYPE = """
[cores.{name}]
url = "{slow}"
[capabilities.{name}_score]
core = "{name}"
title = "Bench"
records = ["{type}"]
fields = ["{field}"]
"""
_CONNECTION = """
[connections.{connection}]
host = "guest"
origins = ["{places.host}"]
components = ["{component}"]
capabilities = [{names}]
issuer = "{places.crm}"
audience = "{places.inlay}"
algorithms = ["EdDSA"]
jwks_url = "{places.crm}/jwks.json"
"""


def configuration(places: Places, fits: Sequence[match.Fit], workers: int) -> str:
    """The demo's, with one more page that may embed, the bench's own core, and for one viewer who asks as thousands."""
    nowhere = "http://127.0.0.1:9"  # no library is started: nothing here asks for one
    text = settings.write(settings.Addresses(places.inlay, places.crm, places.core, nowhere), fits, workers)
    text = text.replace(f'origins = ["{places.crm}"]', f'origins = ["{places.crm}", "{places.host}"]')
    text = text.replace("allow_private = [", f'allow_private = ["{places.slow.removeprefix("http://")}", ')
    for each in TYPES:
        text += _TYPE.format(name=each.lower(), slow=places.slow, type=each, field=FIELD)
    names = ", ".join(f'"{each.lower()}_score"' for each in TYPES)
    text += _CONNECTION.format(connection=CARRIED, places=places, component=COMPONENT, names=names)
    return text.replace('host = "', 'limit_viewer = "1000000/second"\nlimit_launches = "1000000/second"\nhost = "')


def free_ports(*names: str) -> dict[str, int]:
    sockets = [socket.socket() for _ in names]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    found = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return dict(zip(names, found, strict=True))
