"""What is scored when nobody waits: by schedule, before anybody looks, and what could wait when somebody did.

Whatever comes back by itself puts its next time into the table first: a failure of this time never ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.config import CapabilitySettings
from app.connections import Connection, Connections
from app.db import Database
from app.db.jobs import Postponed, Priority, enqueue
from app.launch import Record
from app.scoring.warming import Warmer

SCHEDULE, WARM = "schedule", "warm"  # kinds of jobs
GO_S = 5.0  # how long a run goes on before others of its lane have their turn
PATIENCE_S = 5.0  # how long a thread waits for its quota
_ATTEMPTS = 1_000  # what comes back by itself must not die of a bad night


class Ahead:
    """Runs the jobs of work ahead. Every method raises StoreUnavailable."""

    def __init__(
        self, connections: Connections, warmer: Warmer, database: Database, clock: Callable[[], float]
    ) -> None:
        self._connections, self._warmer = connections, warmer
        self._database, self._clock = database, clock

    def begin(self) -> None:
        """See to it that every schedule is in the table."""
        for connection in self._connections:
            self._schedule_next(connection)

    def schedule(self, name: str) -> None:
        """It is time: have a connection's high-priority records scored, and come back."""
        connection = self._connections.get(name) if name in self._connections else None
        if connection is None or not self._schedule_next(connection):
            return  # it is gone, or is to be warmed no more
        for capability in connection.capabilities:
            if capability.kind == "score" and not capability.is_imported:
                self._go_on(connection, capability, capability.records[0], "", 0.0)

    def run(self, name: str, capability_name: str, kind: str, after: str) -> None:
        """Score a connection's high-priority records from there on, for a while. Raises what may pass."""
        found = self._found(name, capability_name)
        if found is None:
            return
        place: tuple[str, str] | None = (kind, after)
        ends, wait_s = self._clock() + GO_S, 0.0
        try:
            while place is not None and self._clock() < ends:
                place = self._page(*found, *place)
        except Postponed as later:
            wait_s = later.retry_after_s or 0.0
        if place is not None:
            self._go_on(*found, *place, wait_s)

    def score(self, name: str, capability_name: str, records: Sequence[Record]) -> None:
        """Score records that could wait. Raises what may pass, and Postponed."""
        found = self._found(name, capability_name)
        if found is not None:
            tally = self._warmer.score(*found, records, PATIENCE_S)
            if tally.trouble is not None:
                raise tally.trouble

    def _page(
        self, connection: Connection, capability: CapabilitySettings, kind: str, after: str
    ) -> tuple[str, str] | None:
        """The place after this page; None at the end."""
        page, high = self._warmer.listed(connection, capability, kind, after, PATIENCE_S)
        if high:
            tally = self._warmer.score(connection, capability, high, PATIENCE_S)
            if tally.trouble is not None:
                raise tally.trouble
        if page:
            return kind, page[-1].id
        later = capability.records[capability.records.index(kind) + 1 :] if kind in capability.records else ()
        return (later[0], "") if later else None

    def _found(self, name: str, capability_name: str) -> tuple[Connection, CapabilitySettings] | None:
        """None when the configuration has changed since, or nobody is shown anything."""
        connection = self._connections.get(name) if name in self._connections else None
        capability = connection.capability_named(capability_name) if connection else None
        if connection is None or capability is None or capability.is_imported or not connection.settings.rollout:
            return None
        return (connection, capability) if self._connections.can_read(connection) else None

    def _schedule_next(self, connection: Connection) -> bool:
        schedule = connection.settings.warm
        if schedule is None or not self._connections.can_list(connection):
            return False
        name, at = connection.name, schedule.after(self._clock())
        with self._database.begin() as conn:
            enqueue(
                conn,
                SCHEDULE,
                {"connection": name},
                run_at=at,
                dedupe_key=f"{SCHEDULE}:{name}",
                max_attempts=_ATTEMPTS,
            )
        return True

    def _go_on(
        self, connection: Connection, capability: CapabilitySettings, kind: str, after: str, wait_s: float
    ) -> None:
        """One run begins and one goes on at most, for each: a schedule that is too tight piles nothing up."""
        payload = {"connection": connection.name, "capability": capability.name, "type": kind, "after": after}
        begins = (kind, after) == (capability.records[0], "")
        name = f"{WARM}:{connection.name}:{capability.name}:{'begin' if begins else 'on'}"
        with self._database.begin() as conn:
            enqueue(conn, WARM, payload, priority=Priority.LOW, run_at=self._clock() + wait_s, dedupe_key=name)
