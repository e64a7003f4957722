"""One question for each key at a time, however many processes have it: who holds the lease asks, the others wait."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.answer import drawn
from app.config import CapabilitySettings
from app.connections import Connection
from app.core.changes import Changes
from app.core.levels import Levels
from app.core.misses import Miss, Misses, read
from app.core.stored import Key, Stored, StoredScores
from app.db import Database, leases
from app.db.epochs import RENEWED, Epochs, announce_all
from app.scoring.decisions import Decided, Decisions, Features

LOOK_EACH_S = 0.03  # how often the others look whether the answer is there: one small query for all keys
LEASE_EXTRA_S = 3.0  # beyond the core's deadline: to read the record, and to keep the score


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another process is asking, and had not answered when we stopped waiting."""


Outcome = Decided | Elsewhere


@dataclass
class _Taken:
    """What became of an attempt to get leases: those that are ours, and what turned out to be known already."""

    owner: str
    mine: list[Key]
    known: dict[Key, Outcome] = field(default_factory=dict)


class Once:
    """Makes decisions that no other process is making.

    Truth is in the database, so this holds without Redis too. A process that is killed while it asks holds its
    leases for as long as the core might have taken, and 3 seconds; then another one asks. If a host is slower than
    that, two processes may ask the same: that costs a call, and the newest score wins as always.
    A lease is one small write for each batch of misses; its end is part of the transaction that keeps the scores.
    """

    def __init__(
        self,
        decisions: Decisions,
        stored: StoredScores,
        levels: Levels,
        misses: Misses,
        changes: Changes,
        epochs: Epochs,
        database: Database,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._decisions, self._stored, self._levels, self._misses = decisions, stored, levels, misses
        self._changes, self._epochs, self._database = changes, epochs, database
        self._clock, self._sleep = clock, sleep
        leases.prepare(database.engine.dialect.name)

    def lease_s(self, capability: CapabilitySettings) -> float:
        """How long whoever asks may take, in seconds, until another one asks."""
        return self._decisions.deadline_s(capability) + LEASE_EXTRA_S

    def make(
        self,
        connection: Connection,
        capability: CapabilitySettings,
        keys: Sequence[Key],
        carried: Mapping[Key, Features],
        ahead_s: float = 0.0,
    ) -> dict[Key, Outcome]:
        """An outcome for every key: made here, or by whoever was at it already, if that is within `wait`.

        A score that is fresh for more than `ahead_s` yet is not made again. Raises StoreUnavailable.
        """
        fresh_at = self._clock() + ahead_s
        # who asked may have looked just before another flight landed
        made: dict[Key, Outcome] = dict(_fresh(self._levels.remembered(keys), fresh_at))
        made |= self._decisions.unknowable(connection, capability, keys, carried)
        before = self._stored.latest(keys) if ahead_s else {}
        ends = time.monotonic() + max(capability.wait, LOOK_EACH_S)
        while left := [key for key in keys if key not in made]:
            epoch = self._epochs.look()
            taken = self._take(capability, left, fresh_at, epoch)
            made |= taken.known
            if taken.mine:
                made |= (new := self._decided(connection, capability, taken, carried, epoch))
                self._tell(before, new)
            if not self._until_free([key for key in left if key not in made], ends):
                break
        return made | dict.fromkeys([key for key in keys if key not in made], Elsewhere())

    def missed(self, keys: Sequence[Key]) -> dict[Key, Miss]:
        """Those that were asked in vain not long ago, in whichever process. Raises StoreUnavailable."""
        named = {str(key): key for key in keys}
        with self._database.read() as conn:
            held = leases.held(conn, list(named), self._clock())
        return {
            named[name]: self._missed(named[name], Miss(read(lease.answer), lease.until, lease.epoch))
            for name, lease in held.items()
            if lease.answer is not None and lease.epoch >= self._changes.since(named[name])
        }

    def _take(self, capability: CapabilitySettings, keys: Sequence[Key], fresh_at: float, epoch: int) -> _Taken:
        """Leases on what nobody has an answer to. We look for answers once the leases are ours: they are given back
        in the transaction that brings the answer, so that none can slip through in between."""
        owner, now = secrets.token_hex(8), self._clock()
        named = {str(key): key for key in keys}
        with self._database.begin() as conn:
            wanted = {name: self._changes.since(key) for name, key in named.items()}
            free = leases.take(conn, wanted, owner, now, now + self.lease_s(capability))
            held = leases.held(conn, [name for name in named if name not in free], now)
            newest = _fresh(self._stored.latest(keys, conn), fresh_at)
            leases.settle(conn, owner, [str(key) for key in newest])
        self._levels.keep(newest.values(), epoch, now)
        taken = _Taken(owner, [named[name] for name in free if named[name] not in newest], dict(newest))
        for name, lease in held.items():
            if lease.answer is not None:
                taken.known[named[name]] = self._missed(named[name], Miss(read(lease.answer), lease.until, epoch))
        return taken

    def _decided(
        self,
        connection: Connection,
        capability: CapabilitySettings,
        taken: _Taken,
        carried: Mapping[Key, Features],
        epoch: int,
    ) -> dict[Key, Decided]:
        made, at = self._decisions.make(connection, capability, taken.mine, carried, epoch, taken.owner)
        self._levels.keep([each for each in made.values() if isinstance(each, Stored)], at, self._clock())
        for key, each in made.items():
            if isinstance(each, Miss):
                self._missed(key, each)
        return made

    def _tell(self, before: Mapping[Key, Stored], new: Mapping[Key, Decided]) -> None:
        """Every process, where the number is another one while the old one is still fresh: a badge in memory would go
        on with that beside a card with this. Raises StoreUnavailable."""
        now = self._clock()
        moved = [
            (key.connection, str(key.record))
            for key, each in new.items()
            if isinstance(each, Stored)
            and (old := before.get(key)) is not None
            and old.fresh_until > now
            and drawn(old.score.value) != drawn(each.score.value)
        ]
        if moved:
            with self._database.begin() as conn:
                announce_all(conn, RENEWED, moved, at=now)

    def _missed(self, key: Key, miss: Miss) -> Miss:
        self._misses.put(key, miss)
        return miss

    def _until_free(self, keys: Sequence[Key], ends: float) -> bool:
        """Wait until one of these keys is no longer being asked by others; False when the time is over first."""
        names = [str(key) for key in keys]
        while names and (left_s := ends - time.monotonic()) > 0:
            self._sleep(min(LOOK_EACH_S, left_s))
            with self._database.read() as conn:
                held = leases.held(conn, names, self._clock())
            if len(held) < len(names) or any(lease.answer is not None for lease in held.values()):
                return True
        return False


def _fresh(scores: Mapping[Key, Stored], at: float) -> dict[Key, Stored]:
    return {key: each for key, each in scores.items() if each.fresh_until > at}
