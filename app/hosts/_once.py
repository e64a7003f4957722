"""Hosts that prove who is looking once, when a page opens, and cannot be asked again whether it still holds.

Their proof is exchanged for nothing. It holds for an hour: then the page is opened anew, or the viewer signs in.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.config import ConnectionSettings
from app.errors import SessionExpired
from app.hosts._host import Call
from app.hosts._oauth import Flow
from app.launch import Access, Record
from app.net.tokens import Token

HOLDS_S = 3600.0
_AT = "@"  # between the time of the launch and nothing: a mark of ours, and no token of the host's


def held_since(now: float) -> str:
    """What a launch keeps in the place of the host's token: when it was."""
    return f"{_AT}{now:.0f}"


def is_held(token: str) -> bool:
    """Whether the viewer came by a launch, and brought no token of their own."""
    return token.startswith(_AT)


def hold(_: ConnectionSettings, token: str, now: float) -> Flow[Token]:
    """The launch itself, while it holds. Raises SessionExpired."""
    end = float(token.removeprefix(_AT)) + HOLDS_S
    if now >= end:
        raise SessionExpired(reason="host-token-dead")
    return Token(token, end)
    yield  # makes this a flow, which asks nobody


def open_records(
    _call: Call,
    connection: ConnectionSettings,
    _host_url: str,
    _host_token: str,
    records: Sequence[Record],
    fields: Sequence[str],
) -> dict[Record, Access]:
    """The connection's word, where nobody can be asked in the viewer's name."""
    yes = Access(allowed=True, visible_fields=frozenset(fields))
    return dict.fromkeys(records, yes if connection.open_records else Access(allowed=False))
