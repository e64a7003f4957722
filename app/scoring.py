"""The use case: scores of records for a viewer. Fresh, else stale and saying so, else pending; never blank.

A request thread waits at most a capability's `wait`; the work itself is done once per record, however many look,
by the flights, and goes on when nobody waits any more.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait

from app.answer import Answer, State, band, cut
from app.bearer import Session
from app.config import CapabilitySettings
from app.connections import Connection, Connections
from app.core.cache import Cache, Flights
from app.core.parse import Insufficient
from app.core.stored import OUTDATED, Key, Stored, StoredScores
from app.db.epochs import EVERYTHING, Announcement, Epochs
from app.decisions import Decisions, Failure, Features, Misses, Outcome, carried_hash
from app.errors import Busy, InlayError
from app.history import History
from app.launch import Record
from app.metrics import Metrics
from app.permissions import Grant
from app.session import Sessions


class Scoring:
    """Cache from memory, from the stored scores, or from a flight that makes the decision."""

    def __init__(
        self,
        connections: Connections,
        sessions: Sessions,
        decisions: Decisions,
        stored: StoredScores,
        looks: History,
        cache: Cache[Key, Stored],
        flights: Flights[Key, Outcome],
        epochs: Epochs,
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connections, self._sessions, self._decisions = connections, sessions, decisions
        self._stored, self._history, self._cache, self._flights = stored, looks, cache, flights
        self._epochs, self._metrics, self._clock = epochs, metrics, clock
        self._misses = Misses(clock)
        epochs.subscribe(self._on_change)

    def answers(
        self, session: Session, connection: Connection, grants: Sequence[Grant], *, history: bool = False
    ) -> dict[Record, Answer]:
        """The answers for records that may be seen, in one go; with their trend when `history` is asked for.

        Raises StoreUnavailable when the database is away and the answer is not in memory.
        """
        self._epochs.current()  # what was invalidated anywhere until now is forgotten first
        carried = self._sessions.features(session) if session.carried else {}
        answers: dict[Record, Answer] = {}
        for capability, asked in _by_capability(connection, grants).items():
            if capability is None:
                answers |= {grant.record: Answer(State.EMPTY, "") for grant in asked}
            else:
                answers |= self._of_capability(session, connection, capability, asked, carried, history)
        return answers

    def close(self) -> None:
        """Begin nothing more."""
        self._flights.close()

    def refresh(self, connection: Connection, record: Record) -> None:
        """Have a fresh score of a record that may have changed, whoever looks; for jobs. Raises what went wrong."""
        self._epochs.look()  # so that what was remembered from before the change is forgotten
        capability = connection.capability_for(record)
        if capability is None or not self._connections.can_read(connection):
            return
        key = Key(connection.name, capability.name, record)
        outcome = self._landing(connection, capability, key)
        if isinstance(outcome, Stored) and outcome.fresh_until == OUTDATED:  # it was in the air already
            outcome = self._landing(connection, capability, key)
        if isinstance(outcome, Failure):
            raise outcome.error

    def _landing(self, connection: Connection, capability: CapabilitySettings, key: Key) -> Outcome:
        flight = self._fly(connection, capability, [key], {}).get(key)
        if flight is None:
            raise Busy(reason="flights-full", retry_after_s=1.0)
        return _landed(flight)

    def _of_capability(
        self,
        session: Session,
        connection: Connection,
        capability: CapabilitySettings,
        grants: Sequence[Grant],
        carried: Mapping[str, Features],
        history: bool,
    ) -> dict[Record, Answer]:
        keys: dict[Key, Grant] = {}
        features: dict[Key, Features] = {}
        for grant in grants:
            row = carried.get(str(grant.record))
            key = Key(connection.name, capability.name, grant.record, carried_hash(row) if row is not None else "")
            keys[key] = grant
            if row is not None:
                features[key] = row
        self._history.prepare(session, [key.record for key in keys])
        known = self._known(list(keys))
        outcomes = self._outcomes(connection, capability, known, [key for key in keys if key not in known], features)
        return {
            grant.record: self._answer(session, capability, grant, known.get(key), outcomes.get(key), history)
            for key, grant in keys.items()
        }

    def _known(self, keys: Sequence[Key]) -> dict[Key, Stored]:
        """The newest score of each key that has one, from memory, else from the database."""
        known = {key: found for key in keys if (found := self._cache.get(key)) is not None}
        missing = [key for key in keys if key not in known]
        if known:
            self._metrics.count("cache", n=len(known), level="memory", outcome="hit")
        if missing:
            mark = self._cache.mark()
            stored = self._stored.latest(missing)
            for key, each in stored.items():
                self._cache.put(key, each, since=mark)
            self._metrics.count("cache", n=len(stored), level="database", outcome="hit")
            self._metrics.count("cache", n=len(missing) - len(stored), level="database", outcome="miss")
            known |= stored
        return known

    def _outcomes(
        self,
        connection: Connection,
        capability: CapabilitySettings,
        known: Mapping[Key, Stored],
        unknown: Sequence[Key],
        features: Mapping[Key, Features],
    ) -> dict[Key, Outcome]:
        """What flights brought in time for the keys that have no fresh score. A key left out is pending.

        First looks, and records that are known to have changed, are waited for; what merely aged is not.
        """
        now = self._clock()
        aged = [key for key, stored in known.items() if stored.fresh_until <= now]
        outcomes: dict[Key, Outcome] = {
            key: remembered for key in (*unknown, *aged) if (remembered := self._misses.get(key)) is not None
        }
        due = [key for key in (*unknown, *aged) if key not in outcomes]
        if not due:
            return outcomes
        flights = self._fly(connection, capability, due, features)
        waited = [flight for key, flight in flights.items() if not _shows(capability, known.get(key), now)]
        wait(waited, timeout=capability.wait)
        return outcomes | {key: _landed(flight) for key, flight in flights.items() if flight.done()}

    def _fly(
        self,
        connection: Connection,
        capability: CapabilitySettings,
        keys: Sequence[Key],
        features: Mapping[Key, Features],
    ) -> dict[Key, Future[Outcome]]:
        def make(mine: Sequence[Key]) -> Mapping[Key, Outcome]:
            mark, now = self._cache.mark(), self._clock()
            # who asked may have looked just before another flight landed
            landed = {key: each for key in mine if (each := self._cache.get(key)) and each.fresh_until > now}
            due = [key for key in mine if key not in landed]
            made = self._decisions.make(connection, capability, due, features) if due else {}
            for key, outcome in made.items():
                self._remember(key, outcome, mark)
            return {**landed, **made}

        return self._flights.run(keys, make)

    def _remember(self, key: Key, outcome: Outcome, mark: int) -> None:
        if isinstance(outcome, Stored):
            self._cache.put(key, outcome, since=mark)
            self._misses.drop(key)
        elif self._cache.mark() == mark:  # else it may be of a record that has changed meanwhile
            self._misses.put(key, outcome)

    def _on_change(self, announced: Announcement) -> None:
        if announced.kind == EVERYTHING:
            self._cache.clear()
            self._misses.clear()
        elif announced.kind == "score" and announced.connection in self._connections:  # else another process' own
            for capability in self._connections.get(announced.connection).capabilities:
                key = Key(announced.connection, capability.name, Record.parse(announced.key))
                self._cache.drop(key)
                self._misses.drop(key)

    def _answer(
        self,
        session: Session,
        capability: CapabilitySettings,
        grant: Grant,
        known: Stored | None,
        outcome: Outcome | None,
        history: bool,
    ) -> Answer:
        if isinstance(outcome, Insufficient):
            missing = tuple(field for field in outcome.missing if field not in grant.hidden_fields)
            return Answer(State.EMPTY, capability.name, missing=missing)
        shown = outcome if isinstance(outcome, Stored) else known
        now = self._clock()
        if shown is None or now > _last(capability, shown):
            if isinstance(outcome, Failure):
                return Answer(State.UNAVAILABLE, capability.name, reference=outcome.reference)
            return Answer(State.PENDING, capability.name)
        score, left_out = cut(shown.score, grant.hidden_fields)
        return Answer(
            State.READY if shown.fresh_until > now else State.STALE,
            capability.name,
            decision=shown.decision,
            score=score,
            band=band(score.value, capability.bands),
            hidden_factors=left_out,
            trend=self._history.trend(shown.key, shown.decision) if history else (),
            change=self._history.change(session, shown, grant.hidden_fields),
            until=min(shown.fresh_until, grant.until),
        )


def _last(capability: CapabilitySettings, stored: Stored) -> float:
    """Until when a score may be shown, as a stale one at last."""
    return stored.stored_at + capability.ttl + capability.stale


def _shows(capability: CapabilitySettings, known: Stored | None, now: float) -> bool:
    """Whether there is something to show meanwhile that merely aged."""
    return known is not None and known.fresh_until != OUTDATED and now <= _last(capability, known)


def _landed(flight: Future[Outcome]) -> Outcome:
    """What the flight brought; one that never took off is a failure like another."""
    try:
        return flight.result()
    except InlayError as error:
        return Failure(error, "")  # nothing was asked, so the audit has nothing to be referred to


def _by_capability(connection: Connection, grants: Sequence[Grant]) -> dict[CapabilitySettings | None, list[Grant]]:
    groups: dict[CapabilitySettings | None, list[Grant]] = defaultdict(list)
    for grant in grants:
        groups[connection.capability_for(grant.record)].append(grant)
    return groups
