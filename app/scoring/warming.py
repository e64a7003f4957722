"""Scores ahead of those who look: in batches, by the rules, no faster than core and host allow."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from limits import RateLimitItem

from app.config import CapabilitySettings, Settings, is_high
from app.connections import Connection, Connections
from app.core.arms import core_of, key_of
from app.core.misses import Failure, Miss
from app.core.parse import Insufficient
from app.core.stored import Key, Stored, StoredScores
from app.db import Database
from app.db.jobs import Postponed
from app.db.quotas import reserve
from app.errors import InlayError
from app.launch import MAX_RECORDS, Record
from app.scoring.once import Elsewhere, Outcome

ELSEWHERE_S = 2.0  # until we look again for what another process is asking

Make = Callable[[Connection, CapabilitySettings, Sequence[Key]], Mapping[Key, Outcome]]

# how failures begin that are about one record, and say nothing of those beside it
_OF_ONE = ("record-not-readable", "core-error-")


@dataclass(slots=True)
class Tally:
    """What became of records. `trouble` is a failure that is not about one record alone, and that may pass."""

    scored: int = 0
    fresh: int = 0  # already
    low: int = 0  # left out by the rules
    insufficient: int = 0  # too little is known of them for a score
    failed: Counter[str] = field(default_factory=Counter)  # by reason
    trouble: InlayError | None = None

    def add(self, other: Tally) -> None:
        """Count another's on top."""
        self.scored += other.scored
        self.fresh += other.fresh
        self.low += other.low
        self.insufficient += other.insufficient
        self.failed += other.failed
        self.trouble = other.trouble


class Warmer:
    """Scores batches of up to 200 records: one call to the host and one to the core each."""

    def __init__(
        self,
        settings: Settings,
        connections: Connections,
        stored: StoredScores,
        make: Make,
        database: Database,
        clock: Callable[[], float],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings, self._connections, self._stored, self._make = settings, connections, stored, make
        self._database, self._clock, self._sleep = database, clock, sleep

    def score(
        self,
        connection: Connection,
        capability: CapabilitySettings,
        records: Sequence[Record],
        patience_s: float,
        *,
        priority_only: bool = False,
    ) -> Tally:
        """Score those records that have no fresh score. What went wrong is in the tally.

        Raises Postponed when core or host may not be asked within `patience_s`; StoreUnavailable, and, where the
        rules have to be asked, HostUnavailable.
        """
        keys = [key_of(connection.name, capability, record) for record in records]
        now = self._clock()
        known = self._stored.latest(keys)
        if capability.is_imported:  # nobody can be asked
            return Tally(fresh=len(known))
        due = [key for key in keys if key not in known or known[key].fresh_until <= now]
        tally = Tally(fresh=len(keys) - len(due))
        if priority_only and due and connection.settings.priority.get(capability.name):
            high = self._high(connection, capability, due, patience_s)
            tally.low, due = len(due) - len(high), high
        return self._scored(connection, capability, due, tally, patience_s)

    def listed(
        self, connection: Connection, capability: CapabilitySettings, kind: str, after: str, patience_s: float
    ) -> tuple[list[Record], list[Record]]:
        """A page of the host's own list: all its records, and those of them that the rules call high.

        An empty page is the end. Raises Postponed, HostUnavailable.
        """
        self._may_ask(capability.core, 0, patience_s)  # a page that may not be scored need not be read
        self._may_read(connection, patience_s)
        page = self._connections.list(connection, capability, kind, after)
        rules = connection.settings.priority.get(capability.name, ())
        return list(page), [record for record, row in page.items() if is_high(rules, row)]

    def _high(
        self, connection: Connection, capability: CapabilitySettings, keys: Sequence[Key], patience_s: float
    ) -> list[Key]:
        """Those that the rules call high, and those that cannot be read, whose failure is to be told."""
        self._may_read(connection, patience_s)
        rows = self._connections.read(connection, capability, [key.record for key in keys])
        rules = connection.settings.priority[capability.name]
        return [key for key in keys if key.record not in rows or is_high(rules, rows[key.record])]

    def _scored(
        self,
        connection: Connection,
        capability: CapabilitySettings,
        keys: Sequence[Key],
        tally: Tally,
        patience_s: float,
    ) -> Tally:
        for start in range(0, len(keys), MAX_RECORDS):
            some = keys[start : start + MAX_RECORDS]
            for core, records in Counter(core_of(capability, key) for key in some).items():
                self._may_ask(core, records, patience_s)
            self._may_read(connection, patience_s)
            made = self._make(connection, capability, some)
            outcomes = [made[key] for key in some]
            tally.scored += sum(isinstance(each, Stored) for each in outcomes)
            reasons = [each.why for each in outcomes if isinstance(each, Miss)]
            tally.insufficient += sum(isinstance(each, Insufficient) for each in reasons)
            failures = [each.error for each in reasons if isinstance(each, Failure)]
            tally.failed.update(error.reason for error in failures)
            general = [each for each in failures if each.retryable and not each.reason.startswith(_OF_ONE)]
            tally.trouble = general[0] if general else None
            if tally.trouble is None and any(isinstance(each, Elsewhere) for each in outcomes):
                # whoever is at it may have been killed: only a score says that there is one
                tally.trouble = Postponed(reason="asked-elsewhere", retry_after_s=ELSEWHERE_S)
        return tally

    def _may_ask(self, core: str, records: int, patience_s: float) -> None:
        self._take(f"core:{core}", records, self._settings.cores[core].limit_records, patience_s)

    def _may_read(self, connection: Connection, patience_s: float) -> None:
        source = self._settings.connections[connection.source]
        self._take(f"host:{source.name}", 1, source.limit_calls, patience_s)

    def _take(self, name: str, n: int, rate: RateLimitItem | None, patience_s: float) -> None:
        wait_s = reserve(self._database, name, n, rate, self._clock(), patience_s) if rate is not None else 0.0
        if wait_s > patience_s:
            raise Postponed(reason="quota", retry_after_s=wait_s)
        if wait_s > 0:
            self._sleep(wait_s)
