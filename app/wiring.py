"""The two stations that have the most parts, put together: scores and analyses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from app.analysis import Analyses
from app.analysis.work import AnalysisWork
from app.audit.anchors import Anchors
from app.audit.log import AuditLog
from app.audit.sealer import Sealer
from app.config import Settings
from app.connections import Connections
from app.core.analyst import Analyst
from app.core.cache import Flights
from app.core.changes import Changes
from app.core.client import CoreClient
from app.core.levels import Levels
from app.core.misses import Misses
from app.core.shared import SharedScores
from app.core.stored import Key, StoredScores
from app.core.stored_analyses import StoredAnalyses
from app.core.stored_readings import StoredReadings
from app.db import Database
from app.db.dropped_cores import dropped
from app.db.epochs import Epochs, forgetting
from app.db.gate import Gate
from app.db.schema import epoch
from app.db.subscriptions import Subscriptions
from app.documents import Reader
from app.erasure import Erasure
from app.events.notices import NoticeBoard
from app.events.subscriber import Subscriber
from app.keys import Keyring, SealKeys
from app.keys.kms import KmsWrapper
from app.keys.store import KeyStore
from app.keys.subjects import SubjectKeys
from app.keys.wrapping import ListWrapper, Wrapper
from app.leaving import Leaving
from app.leaving.rows import Opener
from app.metrics import Metrics
from app.net.door import Door
from app.net.kms import kms
from app.net.redis import RedisDoor
from app.revisions.publishing import Publisher
from app.revisions.rollback import answering
from app.rollouts import Rollouts
from app.scoring import Scoring
from app.scoring.ahead import Ahead
from app.scoring.backlog import Backlog
from app.scoring.decisions import Decisions
from app.scoring.history import History
from app.scoring.once import Once, Outcome
from app.scoring.outcomes import Outcomes
from app.scoring.refresher import Refresher
from app.scoring.warming import Warmer
from app.session import Sessions
from app.session.behalf import Behalf
from app.session.identities import Identities


def subject_keys(
    settings: Settings,
    keyring: Keyring,
    clock: Callable[[], float],
    patience_s: float | None = None,
    gate: Gate | None = None,
) -> SubjectKeys:
    """The keys of what scores are about, from their own store. Raises ConfigError where a driver is missing."""
    store = KeyStore(Database(settings.store.keys_url, patience_s, gate))
    return SubjectKeys(store, wrapper_of(settings, keyring), clock)


def keyring_of(settings: Settings) -> Keyring:
    return Keyring.from_secrets([each.reveal_bytes() for each in settings.server.keys])


def wrapper_of(settings: Settings, keyring: Keyring) -> Wrapper:
    """What wraps subjects' keys: the deployment's list, or a key service. Raises ConfigError."""
    key_id, own = settings.store.kms_key, ListWrapper(keyring)
    return KmsWrapper(kms(key_id), key_id, own) if key_id else own


@contextmanager
def erasure(settings: Settings, database: Database, audit: AuditLog, clock: Callable[[], float]) -> Iterator[Erasure]:
    """For commands: subjects are erased beside running servers. Raises ConfigError."""
    keys, store = subject_keys(settings, keyring_of(settings), clock), settings.store
    shared = None
    if store.redis:
        with database.read() as conn:
            life = conn.execute(select(epoch.c.life)).scalar_one()
        shared = SharedScores(RedisDoor(store.redis, Metrics(), timeout_s=2.0), life)
    try:
        yield Erasure(database, keys, audit, shared, clock)
    finally:
        keys.close()
        if shared is not None:
            shared.close()


@dataclass(frozen=True, slots=True)
class Ground:
    """What every station stands on."""

    settings: Settings
    database: Database
    epochs: Epochs
    keyring: Keyring
    subjects: SubjectKeys
    audit: AuditLog
    metrics: Metrics
    door: Door
    clock: Callable[[], float]

    def cores(self) -> dict[str, CoreClient]:
        return {name: CoreClient(each, self.door, self.metrics) for name, each in self.settings.cores.items()}

    def scores(self) -> StoredScores:
        """Without those of cores that were taken back."""
        return StoredScores(self.database, self.subjects, dropped(self.database, answering(self.settings)))


def scoring(
    ground: Ground,
    connections: Connections,
    sessions: Sessions,
    stored: StoredScores,
    cores: Mapping[str, CoreClient],
) -> Scoring:
    """Scores: from memory, from the database, or decided."""
    database, audit, epochs, clock = ground.database, ground.audit, ground.epochs, ground.clock
    changes, store = Changes(epochs), ground.settings.store
    shared = SharedScores(RedisDoor(store.redis, ground.metrics), epochs.life) if store.redis else None
    levels = Levels(stored, shared, changes, ground.metrics, store.memory_mb * 1_000_000)
    decisions = Decisions(connections, cores, stored, database, audit, ground.metrics, clock)
    misses = Misses(changes, clock)
    once = Once(decisions, stored, levels, misses, changes, epochs, database, clock)
    looks, flights = History(stored, audit), Flights[Key, Outcome]()
    epochs.subscribe(forgetting(levels.forget, lambda *_: looks.forget()))
    refresher, backlog = Refresher(connections, levels, database, clock), Backlog(once.missed, database, clock)
    return Scoring(connections, sessions, once, levels, misses, looks, flights, refresher, backlog, epochs, clock)


def warmer(ground: Ground, connections: Connections, stored: StoredScores, scored: Scoring) -> Warmer:
    """Scores that nobody looks at yet, in batches."""
    return Warmer(ground.settings, connections, stored, scored.make, ground.database, ground.clock)


def ahead(ground: Ground, connections: Connections, warmer: Warmer) -> Ahead:
    """What comes back by itself."""
    return Ahead(connections, warmer, ground.database, ground.clock)


def seal_keys(settings: Settings) -> SealKeys:
    """What signs the audit's seals."""
    return SealKeys.from_secrets([each.reveal_bytes() for each in settings.server.keys])


def sealer(settings: Settings, database: Database, clock: Callable[[], float]) -> Sealer:
    """Who seals the audit."""
    store = settings.store
    return Sealer(database, seal_keys(settings), Anchors(store.anchors), store.seal_every, clock)


def leaver(
    ground: Ground,
    connections: Connections,
    identities: Identities,
    subscriber: Subscriber,
    rollouts: Rollouts,
    publisher: Publisher,
) -> Leaving:
    """How a connection leaves."""
    database, keyring, admins_through = ground.database, ground.keyring, ground.settings.admin.sign_in
    told = (database, ground.audit, ground.clock, admins_through)
    return Leaving(connections, identities, subscriber, rollouts, publisher, Opener(keyring, ground.subjects), *told)


class Libraries:
    """Libraries that tell us of their changes: where they tell it, and who keeps them telling."""

    def __init__(self, ground: Ground) -> None:
        self._ground, self._subscriptions = ground, Subscriptions(ground.database)
        self.board = NoticeBoard(ground.database, self._subscriptions, ground.audit, ground.clock)

    def subscriber(self, connections: Connections, analyses: Analyses) -> Subscriber:
        own, database, audit = self._ground.settings.server.public_url, self._ground.database, self._ground.audit
        call, clock = self._ground.door.call, self._ground.clock
        return Subscriber(connections, call, analyses, self._subscriptions, database, audit, own, clock)


class Documents:
    """Analyses: their work, and what is shown of it."""

    def __init__(
        self,
        ground: Ground,
        connections: Connections,
        sessions: Sessions,
        behalf: Behalf,
        cores: Mapping[str, CoreClient],
    ) -> None:
        self._ground, self._behalf = ground, behalf
        self._analysts = {name: Analyst(client) for name, client in cores.items()}
        database, clock = ground.database, ground.clock
        self._stored = StoredAnalyses(database, ground.keyring.seal, ground.keyring.open)
        ground.epochs.subscribe(forgetting(lambda *_: self._stored.forget()))
        self._readings = StoredReadings(database)
        outcomes = Outcomes(self._stored, self._readings, database, ground.audit, clock)
        self.work = AnalysisWork(
            connections, sessions, behalf, Reader(), self._analysts, self._stored, self._readings, outcomes,
            ground.metrics, clock,
        )  # fmt: skip

    def analyses(self, wake: Callable[[], None]) -> Analyses:
        """The station; `wake` is called when there is work to do."""
        recipes = Flights[tuple[str, str], str](workers=1, queue=8)
        return Analyses(
            self._behalf, self._analysts, self._stored, self._readings, self._ground.database, recipes, wake,
            self._ground.clock,
        )  # fmt: skip
