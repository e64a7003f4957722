"""Scores: the station, and what works ahead of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from app.audit.looks import LookLog
from app.connections import Connections
from app.core.cache import Flights
from app.core.changes import Changes
from app.core.client import CoreClient
from app.core.levels import Levels
from app.core.misses import Misses
from app.core.shared import SharedScores
from app.core.stored import Key, StoredScores
from app.db.epochs import forgetting
from app.net.redis import RedisDoor
from app.scoring import Scoring
from app.scoring.ahead import Ahead
from app.scoring.backlog import Backlog
from app.scoring.decisions import Decisions, Heard
from app.scoring.history import History
from app.scoring.once import Once, Outcome
from app.scoring.refresher import Refresher
from app.scoring.warming import Warmer
from app.session import Sessions
from app.wiring.ground import Ground


def scoring(
    ground: Ground,
    connections: Connections,
    sessions: Sessions,
    stored: StoredScores,
    cores: Mapping[str, CoreClient],
    cards: Collection[str],
    listeners: Sequence[Heard] = (),
) -> Scoring:
    """Scores: from memory, from the database, or decided. `cards` are the components that show them in full."""
    database, audit, epochs, clock = ground.database, ground.audit, ground.epochs, ground.clock
    changes, store = Changes(epochs), ground.settings.store
    shared = SharedScores(RedisDoor(store.redis, ground.metrics), epochs.life) if store.redis else None
    levels = Levels(stored, shared, changes, ground.metrics, store.memory_mb * 1_000_000)
    decisions = Decisions(connections, cores, stored, database, audit, ground.metrics, clock, listeners)
    misses = Misses(changes, clock)
    once = Once(decisions, stored, levels, misses, changes, epochs, database, clock)
    looks, flights = History(stored, LookLog(database, audit, cards)), Flights[Key, Outcome]()
    epochs.subscribe(looks.hear)
    epochs.subscribe(forgetting(levels.forget, lambda *_: looks.forget()))
    refresher, backlog = Refresher(connections, levels, database, clock), Backlog(once.missed, database, clock)
    return Scoring(connections, sessions, once, levels, misses, looks, flights, refresher, backlog, epochs, clock)


def warmer(ground: Ground, connections: Connections, stored: StoredScores, scored: Scoring) -> Warmer:
    """Scores that nobody looks at yet, in batches."""
    return Warmer(ground.settings, connections, stored, scored.make, ground.database, ground.clock)


def ahead(ground: Ground, connections: Connections, warmer: Warmer) -> Ahead:
    """What comes back by itself."""
    return Ahead(connections, warmer, ground.database, ground.clock)
