"""Decisions: read a record's features, ask the core, keep the score under an id of its own, audited, all or nothing."""

from __future__ import annotations

import hashlib
import json
import random
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection as DatabaseConnection

from app.answer import band, spoken_of
from app.audit.log import AuditLog, new_reference
from app.config import CapabilitySettings
from app.connections import Connection, Connections
from app.core.arms import core_of
from app.core.client import CoreClient, Item
from app.core.misses import Failure, Miss, written
from app.core.parse import Insufficient
from app.core.shapes import Score
from app.core.stored import CARRIED, OUTDATED, Key, Stored, StoredScores
from app.db import Database, leases
from app.db.epochs import ERASED, announced_since
from app.errors import HostUnavailable, InlayError, StoreUnavailable, Unavailable
from app.metrics import Metrics
from app.scoring.failures import failures_of
from app.scoring.rows import Said, given, outcome

Features = Mapping[str, Any]
Decided = Stored | Miss
Heard = Callable[[DatabaseConnection, Connection, CapabilitySettings, Sequence[Stored]], None]
FAILURE_KEPT_S = 3.0  # after a failure nobody asks again for so long
EMPTY_KEPT_S = 60.0
# How much sooner each ends at most, by chance: what was asked together is not asked again together. A score's own
# time is spread the same way, so that 200 scores of one page do not age in one second.
SPREAD, FRESH_SPREAD = 0.2, 0.1


class Decisions:
    """Makes decisions, up to 200 of one capability at once: one call to the host, one to the core."""

    def __init__(
        self,
        connections: Connections,
        cores: Mapping[str, CoreClient],
        stored: StoredScores,
        database: Database,
        audit: AuditLog,
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
        listeners: Sequence[Heard] = (),
    ) -> None:
        """`listeners` hear of scores in the transaction that keeps them, where nothing may be announced."""
        self._listeners = listeners
        self._connections, self._cores, self._stored = connections, cores, stored
        self._database, self._audit, self._metrics, self._clock = database, audit, metrics, clock

    def deadline_s(self, capability: CapabilitySettings) -> float:
        """How long the core may take to answer."""
        return max(self._cores[name].deadline_s for name in capability.cores)

    def unknowable(
        self,
        connection: Connection,
        capability: CapabilitySettings,
        keys: Sequence[Key],
        carried: Mapping[Key, Features],
    ) -> dict[Key, Miss]:
        """The keys of which nobody can know anything: nothing can be read, and the launch carried nothing."""
        if self._connections.can_read(connection):
            return {}
        nothing = Miss(Insufficient((*capability.fields,)))
        return dict.fromkeys([key for key in keys if key not in carried], nothing)

    def make(
        self,
        connection: Connection,
        capability: CapabilitySettings,
        keys: Sequence[Key],
        carried: Mapping[Key, Features],
        epoch: int,
        owner: str = "",
    ) -> tuple[dict[Key, Decided], int]:
        """An outcome for every key, and the epoch as of which they hold; failures are outcomes too, and audited.

        `epoch` was read before; `owner` holds the keys' leases, which end with that. Never raises an InlayError.
        """
        answers: dict[Key, Said] = {}
        features: dict[Key, Features] = {}
        try:
            features = self._features(connection, capability, keys, carried)
            self._count(connection, capability, features.values())
            answers |= self._ask(capability, features)
            lost = HostUnavailable(reason="record-not-readable")
            answers |= {key: lost for key in keys if key not in features}
        except InlayError as error:
            answers |= dict.fromkeys(keys, error)
        try:
            return self._keep(connection, capability, epoch, answers, features, owner)
        except StoreUnavailable as error:  # what cannot be kept is not shown; there is nowhere to write that
            return dict.fromkeys(keys, Miss(Failure(error, new_reference()))), epoch

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

    def _count(self, connection: Connection, capability: CapabilitySettings, rows: Collection[Features]) -> None:
        """How well the declared fields are filled: what a host leaves empty makes scores worse."""
        for row in rows:
            for name in capability.fields:
                outcome = "missing" if row.get(name) in (None, "") else "filled"
                self._metrics.count("features", connection=connection.name, feature=name, outcome=outcome)

    def _ask(self, capability: CapabilitySettings, features: Mapping[Key, Features]) -> dict[Key, Said]:
        """One question to each core that answers for some of these."""
        arms: dict[str, dict[Key, Features]] = defaultdict(dict)
        for key, row in features.items():
            arms[core_of(capability, key)][key] = row
        answers: dict[Key, Said] = {}
        for core, rows in arms.items():
            answers |= self._asked(core, capability, rows)
        return answers

    def _asked(self, core: str, capability: CapabilitySettings, features: Mapping[Key, Features]) -> dict[Key, Said]:
        items = [
            Item({"type": key.record.type, "id": key.record.id, "connection": key.connection}, row)
            for key, row in features.items()
        ]
        declared = frozenset(capability.fields)
        try:
            said = self._cores[core].score_batch(capability.name, items, purpose="panel")
        except InlayError as error:  # of this core: the other arm has its own answer
            said = [error] * len(items)
        answers = {
            key: spoken_of(answer, declared) if isinstance(answer, Score) else answer
            for key, answer in zip(features, said, strict=True)
        }
        for answer in answers.values():
            self._count_answer(capability, core, answer)
        return answers

    def _count_answer(self, capability: CapabilitySettings, core: str, answer: Said) -> None:
        said, name = outcome(answer), capability.name
        self._metrics.count("core_answers", capability=name, core=core, outcome=said)
        if not capability.canary:
            return
        if isinstance(answer, Score):
            said = band(answer.value, capability.bands)
            self._metrics.count("arm_points", n=round(answer.value), capability=name, core=core)
        self._metrics.count("arm_answers", capability=name, core=core, outcome=said)

    def _keep(
        self,
        connection: Connection,
        capability: CapabilitySettings,
        epoch: int,
        answers: Mapping[Key, Said],
        features: Mapping[Key, Features],
        owner: str,
    ) -> tuple[dict[Key, Decided], int]:
        """Scores, audit rows and the end of the leases in one transaction; what changed meanwhile is outdated."""
        now = self._clock()
        scored = [
            _stored(key, answer, features[key], capability.ttl, now, self._cores[core_of(capability, key)].identity)
            for key, answer in answers.items()
            if isinstance(answer, Score)
        ]
        failures, entries = failures_of(connection, capability, answers)
        sealed = self._stored.sealed(scored, {each.decision: features[each.key] for each in scored})
        with self._database.begin() as conn:
            at, changed = announced_since(conn, epoch, "score", connection.name)
            erased = announced_since(conn, epoch, ERASED, connection.name)[1]
            outcomes: dict[Key, Decided] = {}
            for key, answer in answers.items():
                if not isinstance(answer, Score):
                    why = answer if isinstance(answer, Insufficient) else failures[key]
                    outcomes[key] = Miss(why, 0.0 if str(key.record) in changed else _kept_until(why, now), at)
                elif str(key.record) in erased:  # meanwhile: what was read and said is of before
                    outcomes[key] = Miss(Failure(Unavailable(reason="erased-meanwhile"), ""), 0.0, at)
            scored = [_settled(each, changed) for each in scored if each.key not in outcomes]
            self._stored.save(conn, scored, sealed)
            self._audit.write_all([*map(given, scored), *entries], conn=conn)
            for listen in self._listeners:
                listen(conn, connection, capability, scored)
            kept = ((str(key), miss) for key, miss in outcomes.items() if isinstance(miss, Miss) and miss.until > now)
            left = {name: (written(miss.why), miss.until) for name, miss in kept}
            leases.settle(conn, owner, [str(key) for key in answers if str(key) not in left], left, at)
        return outcomes | {each.key: each for each in scored}, at


def _stored(key: Key, score: Score, features: Features, ttl: float, now: float, core: str) -> Stored:
    fresh_s = min(ttl, score.valid_for_s) * random.uniform(1 - FRESH_SPREAD, 1)  # noqa: S311 no secret
    return Stored(decision_id(now), key, score, key.carried or features_hash(features), now, now + fresh_s, core)


def _kept_until(why: Failure | Insufficient, now: float) -> float:
    kept_s = EMPTY_KEPT_S if isinstance(why, Insufficient) else FAILURE_KEPT_S
    return now + kept_s * random.uniform(1 - SPREAD, 1)  # noqa: S311 no secret


def _settled(stored: Stored, changed: frozenset[str]) -> Stored:
    """Outdated already when its record changed while it was being scored."""
    return replace(stored, fresh_until=OUTDATED) if str(stored.key.record) in changed else stored


def carried_hash(features: Features) -> str:
    """Names features that came with a launch; never taken for those that were read."""
    return CARRIED + features_hash(features)


def features_hash(features: Features) -> str:
    """Names this input: the same features, whatever their order, have the same hash."""
    return hashlib.sha256(json.dumps(features, sort_keys=True, default=str).encode()).hexdigest()[:32]


def decision_id(now: float) -> str:
    """Sorts by time, and cannot be guessed."""
    return f"{int(now * 1000):012x}{secrets.token_hex(10)}"
