"""Machine callers: services of a customer's that ask for scores, or bring them, without a viewer.

A service is known by an API key of ours, or by a token of the customer's own issuer (OAuth client credentials). Either
way its grant is a connection, capabilities, fields, and whether it may read or import; it is nobody's session, and
no session is its.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from app.audit.log import AuditLog
from app.connections import Connections
from app.db import Database
from app.errors import CallerUnknown
from app.hosts._keys import KeySource
from app.machines.callers.caller import Caller, May
from app.machines.callers.keys import PREFIX, ApiKeys
from app.machines.callers.tokens import verified

__all__ = ["ApiKeys", "Caller", "Callers", "May"]


class Callers:
    """Who calls."""

    def __init__(
        self,
        database: Database,
        connections: Connections,
        audit: AuditLog,
        keys: KeySource,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.keys = ApiKeys(database, audit, clock)
        self._connections, self._sources, self._clock = connections, keys, clock

    def load(self, proof: str) -> Caller:
        """The caller whom a key or a token names. Raises CallerUnknown; HostUnavailable, Busy where the keys of an
        issuer cannot be had; StoreUnavailable."""
        if proof.startswith(PREFIX):
            caller = self.keys.load(proof)
        else:
            caller = verified(proof, (each.settings for each in self._connections), self._sources, self._clock())
        if caller.connection not in self._connections:
            raise CallerUnknown(reason="connection-unknown")
        return caller
