"""The use case: scores of records for a viewer. Fresh, else stale and saying so, else pending; never blank.

A request thread waits at most a capability's `wait`; the work itself is done once per record, however many look
in however many processes, by the flights, and goes on when nobody waits any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait

from app.answer import Answer, State, band, cut
from app.config import CapabilitySettings
from app.connections import Connection, Connections
from app.core.arms import key_of
from app.core.cache import Flights
from app.core.levels import Levels
from app.core.misses import Failure, Miss, Misses
from app.core.parse import Insufficient
from app.core.popular import ahead_s
from app.core.stored import OUTDATED, Key, Stored
from app.db.epochs import Epochs
from app.errors import Busy, InlayError, StoreUnavailable
from app.launch import Record
from app.permissions import Grant
from app.scoring.ages import last, shows
from app.scoring.backlog import Backlog
from app.scoring.decisions import Features, carried_hash
from app.scoring.granted import by_capability, seeing
from app.scoring.history import History
from app.scoring.once import Elsewhere, Once, Outcome
from app.scoring.refresher import Refresher
from app.session import Sessions
from app.session.bearer import Session


class Scoring:
    """Scores from memory, from what all processes share, or from a flight that makes the decision."""

    def __init__(
        self,
        connections: Connections,
        sessions: Sessions,
        once: Once,
        levels: Levels,
        misses: Misses,
        looks: History,
        flights: Flights[Key, Outcome],
        refresher: Refresher,
        backlog: Backlog,
        epochs: Epochs,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connections, self._sessions, self._once = connections, sessions, once
        self._levels, self._misses, self.history, self._flights = levels, misses, looks, flights
        self._refresher, self._backlog, self._epochs, self._clock = refresher, backlog, epochs, clock

    def answers(
        self, session: Session, connection: Connection, grants: Sequence[Grant], *, history: bool = False
    ) -> dict[Record, Answer]:
        """The answers for records that may be seen, in one go; with their trend when `history` is asked for.

        Raises StoreUnavailable when the database is away and the answer is not in memory.
        """
        self._epochs.current()  # what was invalidated anywhere until now is forgotten first
        carried = self._sessions.features(session) if session.carried else {}
        answers: dict[Record, Answer] = {}
        for capability, asked in by_capability(connection, grants).items():
            if capability is None:
                answers |= {grant.record: Answer(State.EMPTY, "") for grant in asked}
            else:
                answers |= self._of_capability(session, connection, capability, asked, carried, history)
        return answers

    def served(
        self, connection: Connection, capability: CapabilitySettings, grants: Sequence[Grant]
    ) -> dict[Record, Answer]:
        """The answers of one capability for a service, which is nobody who looked before. Raises StoreUnavailable."""
        self._epochs.current()
        return self._of_capability(None, connection, capability, grants, {}, history=False)

    def close(self) -> None:
        """Begin nothing more."""
        self._refresher.close()
        self._flights.close()
        self._levels.close()

    def refresh(self, connection: Connection, record: Record) -> None:
        """Have a new score of a record that changed or will soon be stale; for jobs. Raises Busy, and
        what went wrong."""
        self._epochs.look()  # so that what was remembered from before the change is not believed
        capability = connection.capability_for(record)
        if capability is None or capability.is_imported or not self._connections.can_read(connection):
            return
        key = key_of(connection.name, capability, record)
        outcome = self._landing(connection, capability, key)
        if isinstance(outcome, Stored) and outcome.fresh_until == OUTDATED:  # it was in the air already
            outcome = self._landing(connection, capability, key)
        if isinstance(outcome, Miss) and isinstance(outcome.why, Failure):
            raise outcome.why.error
        if isinstance(outcome, Elsewhere):
            raise Busy(reason="asked-elsewhere", retry_after_s=1.0)

    def make(self, connection: Connection, capability: CapabilitySettings, keys: Sequence[Key]) -> dict[Key, Outcome]:
        """Scores that nobody waits for, made here and now in one batch. Raises StoreUnavailable."""
        return self._once.make(connection, capability, keys, {})

    def _landing(self, connection: Connection, capability: CapabilitySettings, key: Key) -> Outcome:
        """What came of it here; what came of it in another process, if that is before its lease ends."""
        ends = time.monotonic() + self._once.lease_s(capability)
        while True:
            flight = self._fly(connection, capability, [key], {}, ahead_s(capability.ttl)).get(key)
            if flight is None:
                raise Busy(reason="flights-full", retry_after_s=1.0)
            outcome = _landed(flight)
            if not isinstance(outcome, Elsewhere) or time.monotonic() > ends:
                return outcome

    def _of_capability(
        self,
        session: Session | None,
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
            if row is not None and capability.is_imported:  # the score is of no launch, and may speak of other fields
                grant, row = seeing(grant, capability, row), None  # noqa: PLW2901
            key = key_of(connection.name, capability, grant.record, carried_hash(row) if row is not None else "")
            keys[key] = grant
            if row is not None:
                features[key] = row
        if session is not None:
            self.history.prepare(session, [key.record for key in keys])
        known = self._known(list(keys))
        outcomes = self._outcomes(connection, capability, known, [key for key in keys if key not in known], features)
        return {
            grant.record: self._answer(session, capability, grant, known.get(key), outcomes.get(key), history)
            for key, grant in keys.items()
        }

    def _known(self, keys: Sequence[Key]) -> dict[Key, Stored]:
        """The newest score of each key that has one, from memory, else from what all processes share.

        What has aged in our memory may be new elsewhere. It is looked for once: not while it is in the air, nor
        while we remember that it was asked in vain.
        """
        self._refresher.looked(keys)
        now, known = self._clock(), self._levels.remembered(keys)
        self._levels.count_remembered(known, keys)
        aged = [key for key, stored in known.items() if stored.fresh_until <= now]
        if self._epochs.away:
            aged = []  # there is something to show, and nobody waits for a database that does not answer
        if aged:
            settled = self._flights.flying(aged) | self._misses.get_many(aged).keys()
            aged = [key for key in aged if key not in settled]
        wanted = [*(key for key in keys if key not in known), *aged]
        try:
            return known | self._levels.look(wanted, now) if wanted else known
        except StoreUnavailable:
            if len(known) < len(keys):
                raise
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

        First looks and known changes are waited for; what merely aged, or is of low priority, is not.
        """
        now = self._clock()
        aged = [key for key, stored in known.items() if stored.fresh_until <= now]
        if capability.is_imported:  # nobody can be asked
            over = [key for key in aged if now > last(capability, known[key])]
            return dict.fromkeys([*unknown, *over], Miss(Insufficient()))
        outcomes: dict[Key, Outcome] = {**self._misses.get_many([*unknown, *aged])}
        open_ = [key for key in unknown if key not in outcomes]
        late, missed = self._backlog.put_off(connection, capability, open_, features)
        outcomes |= missed
        due = [key for key in (*unknown, *aged) if key not in outcomes and (key.carried or key not in late)]
        if not due:
            return outcomes
        flights = self._fly(connection, capability, due, features)
        early = {key: flight for key, flight in flights.items() if key not in late}
        waited = [flight for key, flight in early.items() if not shows(capability, known.get(key), now)]
        wait(waited, timeout=capability.wait)
        return outcomes | {key: _landed(flight) for key, flight in flights.items() if flight.done()}

    def _fly(
        self,
        connection: Connection,
        capability: CapabilitySettings,
        keys: Sequence[Key],
        features: Mapping[Key, Features],
        ahead_s: float = 0.0,
    ) -> dict[Key, Future[Outcome]]:
        return self._flights.run(keys, lambda mine: self._once.make(connection, capability, mine, features, ahead_s))

    def _answer(
        self,
        session: Session | None,
        capability: CapabilitySettings,
        grant: Grant,
        known: Stored | None,
        outcome: Outcome | None,
        history: bool,
    ) -> Answer:
        why = outcome.why if isinstance(outcome, Miss) else None
        if isinstance(why, Insufficient):
            missing = tuple(field for field in why.missing if field not in grant.hidden_fields)
            return Answer(State.EMPTY, capability.name, missing=missing)
        shown, now = outcome if isinstance(outcome, Stored) else known, self._clock()
        if shown is None or now > last(capability, shown):
            if isinstance(why, Failure):
                return Answer(State.UNAVAILABLE, capability.name, reference=why.reference)
            return Answer(State.PENDING, capability.name)
        score, left_out = cut(shown.score, grant.hidden_fields)
        return Answer(
            State.READY if shown.fresh_until > now else State.STALE,
            capability.name,
            decision=shown.decision,
            score=score,
            band=band(score.value, capability.bands),
            hidden_factors=left_out,
            trend=self.history.trend(shown.key, shown.decision) if history else (),
            change=None if session is None else self.history.change(session, shown, grant.hidden_fields, card=history),
            until=min(shown.fresh_until, grant.until),
        )


def _landed(flight: Future[Outcome]) -> Outcome:
    """What the flight brought; one that never took off is a failure like another."""
    try:
        return flight.result()
    except InlayError as error:
        return Miss(Failure(error, ""))  # nothing was asked, so the audit has nothing to be referred to
