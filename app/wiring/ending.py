"""What ends: subjects that are erased, connections that leave; and the seals of what was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import select

from app.audit.anchors import Anchors
from app.audit.log import AuditLog
from app.audit.sealer import Sealer
from app.config import Settings
from app.connections import Connections
from app.core.shared import SharedScores
from app.db import Database
from app.db.schema import epoch
from app.erasure import Erasure
from app.events.subscriber import Subscriber
from app.leaving import Leaving
from app.leaving.rows import Opener
from app.metrics import Metrics
from app.net.redis import RedisDoor
from app.revisions.publishing import Publisher
from app.rollouts import Rollouts
from app.session.identities import Identities
from app.wiring.ground import Ground
from app.wiring.keys import keyring_of, seal_keys, subject_keys


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
