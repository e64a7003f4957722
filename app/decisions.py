"""Decisions: read a record's features, ask the core, keep the score under an id of its own, audited, all or nothing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cachetools import TTLCache

from app.audit.log import AuditLog, Entry, new_reference
from app.config import CapabilitySettings
from app.connections import Connection, Connections
from app.core.client import CoreClient, Item
from app.core.parse import Insufficient
from app.core.shapes import Score
from app.core.stored import CARRIED, OUTDATED, Key, Stored, StoredScores
from app.db import Database
from app.db.epochs import Epochs, announced_since
from app.errors import AnswerRefused, HostUnavailable, InlayError, StoreUnavailable

Features = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no score, and the id under which the audit has it."""

    error: InlayError
    reference: str


Outcome = Stored | Insufficient | Failure
FAILURE_KEPT_S = 3.0  # after a failure nobody asks again for so long
EMPTY_KEPT_S = 60.0


class Misses:
    """Why there is no score, remembered for moments. For all threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._failures: TTLCache[Key, Failure] = TTLCache(20_000, FAILURE_KEPT_S, timer=clock)
        self._empties: TTLCache[Key, Insufficient] = TTLCache(20_000, EMPTY_KEPT_S, timer=clock)
        self._lock = threading.Lock()

    def get(self, key: Key) -> Failure | Insufficient | None:
        with self._lock:
            return self._failures.get(key) or self._empties.get(key)

    def put(self, key: Key, miss: Failure | Insufficient) -> None:
        with self._lock:
            if isinstance(miss, Insufficient):
                self._empties[key] = miss
            else:
                self._failures[key] = miss

    def drop(self, key: Key) -> None:
        with self._lock:
            self._failures.pop(key, None)
            self._empties.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._failures.clear()
            self._empties.clear()


class Decisions:
    """Makes decisions, up to 200 of one capability at once: one call to the host, one to the core."""

    def __init__(
        self,
        connections: Connections,
        cores: Mapping[str, CoreClient],
        stored: StoredScores,
        database: Database,
        audit: AuditLog,
        epochs: Epochs,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connections, self._cores, self._stored = connections, cores, stored
        self._database, self._audit, self._epochs, self._clock = database, audit, epochs, clock

    def make(
        self,
        connection: Connection,
        capability: CapabilitySettings,
        keys: Sequence[Key],
        carried: Mapping[Key, Features],
    ) -> dict[Key, Outcome]:
        """An outcome for every key; failures are outcomes too, and audited. Never raises an InlayError."""
        if not self._connections.can_read(connection):  # then what the launch did not carry is not known
            empty = [key for key in keys if key not in carried]
            if empty:
                rest = [key for key in keys if key in carried]
                known = self.make(connection, capability, rest, carried) if rest else {}
                return dict.fromkeys(empty, Insufficient(tuple(capability.fields))) | known
        try:
            epoch = self._epochs.look()
            features = self._features(connection, capability, keys, carried)
            answers = self._ask(capability, features)
            outcomes = self._keep(connection, capability, epoch, answers, features)
        except InlayError as error:
            return dict.fromkeys(keys, self._failed(connection, capability, error, len(keys)))
        if lost := [key for key in keys if key not in features]:
            failure = self._failed(connection, capability, HostUnavailable(reason="record-not-readable"), len(lost))
            outcomes |= dict.fromkeys(lost, failure)
        return outcomes

    def _features(
        self,
        connection: Connection,
        capability: CapabilitySettings,
        keys: Sequence[Key],
        carried: Mapping[Key, Features],
    ) -> dict[Key, Features]:
        """What the launch carried, and for the rest what the host answers; the declared fields only."""
        declared = frozenset(capability.fields)
        features: dict[Key, Features] = {
            key: {name: value for name, value in carried[key].items() if name in declared}
            for key in keys
            if key in carried
        }
        unread = {key.record: key for key in keys if key not in features}
        if unread:
            rows = self._connections.read(connection, capability, list(unread))
            features |= {unread[record]: row for record, row in rows.items() if record in unread}
        return features

    def _ask(
        self, capability: CapabilitySettings, features: Mapping[Key, Features]
    ) -> dict[Key, Score | Insufficient | InlayError]:
        if not features:
            return {}
        items = [
            Item({"type": key.record.type, "id": key.record.id, "connection": key.connection}, row)
            for key, row in features.items()
        ]
        answers = self._cores[capability.core].score_batch(capability.name, items, purpose="panel")
        declared = frozenset(capability.fields)
        return {
            key: _spoken_of(answer, declared) if isinstance(answer, Score) else answer
            for key, answer in zip(features, answers, strict=True)
        }

    def _keep(
        self,
        connection: Connection,
        capability: CapabilitySettings,
        epoch: int,
        answers: Mapping[Key, Score | Insufficient | InlayError],
        features: Mapping[Key, Features],
    ) -> dict[Key, Outcome]:
        """Store the scores and their audit rows in one transaction; what changed meanwhile is kept as outdated."""
        now = self._clock()
        outcomes: dict[Key, Outcome] = {}
        for key, answer in answers.items():
            if isinstance(answer, Score):
                until = now + min(capability.ttl, answer.valid_for_s)
                outcomes[key] = Stored(
                    decision_id(now), key, answer, key.carried or features_hash(features[key]), now, until
                )
            elif isinstance(answer, Insufficient):
                outcomes[key] = answer
            else:
                outcomes[key] = self._failed(connection, capability, answer, 1)
        new = [each for each in outcomes.values() if isinstance(each, Stored)]
        if new:
            with self._database.begin() as conn:
                _, changed = announced_since(conn, epoch, "score", connection.name)
                new = [_settled(each, changed) for each in new]
                self._stored.save(conn, new, {each.decision: features[each.key] for each in new})
                self._audit.write_all(map(_given, new), conn=conn)
        return outcomes | {each.key: each for each in new}

    def _failed(
        self, connection: Connection, capability: CapabilitySettings, error: InlayError, records: int
    ) -> Failure:
        failure = Failure(error, new_reference())
        if isinstance(error, StoreUnavailable):
            return failure  # there is nowhere to write it
        event = "core.refused" if isinstance(error, AnswerRefused) else "core.failed"
        with contextlib.suppress(StoreUnavailable):  # nothing is shown, so no row is owed; the audit counts it
            self._audit.write(
                "host.failed" if isinstance(error, HostUnavailable) else event,
                connection=connection.name,
                reason=error.reason,
                reference=failure.reference,
                detail={"capability": capability.name, "records": records, "path": getattr(error, "path", "")},
            )
        return failure


def _spoken_of(score: Score, declared: frozenset[str]) -> Score:
    """A reason that names a field of other words than ours says not of what it speaks: nobody could tell from
    whom to hide it."""
    factors = tuple(
        factor if declared.issuperset(factor.fields) else replace(factor, fields=()) for factor in score.factors
    )
    return replace(score, factors=factors)


def _settled(stored: Stored, changed: frozenset[str]) -> Stored:
    """Outdated already when its record changed while it was being scored."""
    return replace(stored, fresh_until=OUTDATED) if str(stored.key.record) in changed else stored


def _given(stored: Stored) -> Entry:
    return Entry(
        "answer.given",
        {
            "connection": stored.key.connection,
            "record": str(stored.key.record),
            "decision": stored.decision,
            "capability": stored.key.capability,
            "value": stored.score.value,
            "model": stored.score.model.name,
            "version": stored.score.model.version,
            "features_hash": stored.features_hash,
        },
    )


def carried_hash(features: Features) -> str:
    """Names features that came with a launch; never taken for those that were read."""
    return CARRIED + features_hash(features)


def features_hash(features: Features) -> str:
    """Names this input: the same features, whatever their order, have the same hash."""
    return hashlib.sha256(json.dumps(features, sort_keys=True, default=str).encode()).hexdigest()[:32]


def decision_id(now: float) -> str:
    """Sorts by time, and cannot be guessed."""
    return f"{int(now * 1000):012x}{secrets.token_hex(10)}"
