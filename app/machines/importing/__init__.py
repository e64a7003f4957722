"""The use case: last night's scores, brought in one request; all of them are shown, or none.

Rows are checked, sealed and put aside as they arrive, in small transactions, so that nobody else waits; once the body
has ended and all rows hold, one statement makes scores of them, and one announcement tells every process. A score is
as old as its row says, so that an older one never takes the place of a newer one, whichever of them came last.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import select

from app.audit.log import AuditLog, new_reference
from app.config import CapabilitySettings
from app.core.shapes import Factor, Model, Score
from app.core.stored import Key, Stored, StoredScores
from app.db import Database
from app.db.epochs import ERASED, IMPORTED, Epochs, announce
from app.db.jobs import enqueue
from app.db.schema import changes
from app.errors import Busy, InlayError, StoreUnavailable
from app.launch import Record
from app.machines.api.shapes import MOST_ROWS, Imported, Row
from app.machines.callers import Caller
from app.machines.importing import kept
from app.machines.importing.body import Body
from app.machines.importing.kept import Batch
from app.machines.importing.rows import Parse, check
from app.machines.importing.wrong import BatchCut, BatchRefused, BatchTaken, BatchTooLarge, WrongRow, Wrongs
from app.scoring.decisions import decision_id, features_hash

STEP = 400  # rows of one transaction, and of one question to the key store
PAUSE_S = 0.002  # between them: whoever waits for the interpreter or the database has its turn
MODELS = 20  # that are counted by name
AT_ONCE = 2  # batches that a process takes: a sender may be as slow as it likes


@dataclass(slots=True)
class _Tally:
    """What was read so far."""

    rows: int = 0
    models: Counter[str] = field(default_factory=Counter)
    least: float = float("inf")  # as of when, at least and at most
    most: float = 0.0
    wrong: Wrongs = field(default_factory=Wrongs)
    seen: set[int] = field(default_factory=set)  # hashes of the records' names


class Imports:
    """Takes batches: in each process a few at a time, and one of each connection."""

    def __init__(
        self, database: Database, stored: StoredScores, epochs: Epochs, audit: AuditLog,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._database, self._stored, self._epochs, self._audit = database, stored, epochs, audit
        self._clock, self._lock = clock, threading.Lock()
        self._receiving: set[str] = set()  # connections

    def begin(self) -> None:
        """Forget what was cut off. Raises StoreUnavailable."""
        kept.sweep(self._database, self._clock())

    def take(
        self, caller: Caller, capability: CapabilitySettings, name: str, body: Body, parse: Parse, announced: int = 0
    ) -> Imported:
        """Apply a batch, or say again what was said of it. `announced` is how many rows it must have; 0: unsaid.

        Raises BatchRefused, BatchTaken, BatchTooLarge, BatchCut, Busy, StoreUnavailable; then nothing was applied.
        """
        if capability.canary and capability.canary_percent:  # which of two models a row is of, nobody could say
            raise BatchRefused(
                "A canary answers for a share of these records. Set its canary_percent to 0, then bring the batch.",
                reason="import-canary",
            )
        with self._alone(caller.connection):
            self.begin()
            with self._database.begin() as conn:
                batch = kept.begin(conn, caller.connection, capability.name, name, caller.service, self._clock())
            if batch.state == kept.DONE:
                return _again(batch, body)
            tally = _Tally()
            try:
                epoch = self._epochs.look()
                self._put_aside(batch, capability, parse(body.lines()), tally)
                _require_all(tally, announced)
                told = self._publish(batch, caller, body.content_hash, tally, epoch)
            except Exception as error:
                self._give_up(batch, caller, tally, error)
                raise
            self._epochs.look()
            with suppress(StoreUnavailable):  # the next one does it
                self.begin()
            return told

    def _put_aside(
        self, batch: Batch, capability: CapabilitySettings, read: Iterator[tuple[int, Row | WrongRow]], tally: _Tally
    ) -> None:
        """Raises BatchRefused with the first rows that are wrong, once all were read."""
        while some := list(islice(read, STEP)):
            good = self._good(capability, some, tally)
            if tally.rows > MOST_ROWS:
                raise BatchTooLarge(f"A batch has at most {MOST_ROWS:,} rows. Send several, each under its own id.")
            if tally.wrong.rows == 0:  # else it is only read on, to say all that is wrong
                self._add(batch, good, tally.rows)
            time.sleep(PAUSE_S)
        if tally.wrong.rows:
            what = f"{tally.wrong.rows:,} of {tally.rows:,} rows are wrong; nothing was applied."
            raise BatchRefused(what, reason="rows-wrong", wrong=tally.wrong)
        if not tally.rows:
            raise BatchRefused("The batch has no rows.", reason="rows-missing")

    def _good(
        self, capability: CapabilitySettings, read: Iterable[tuple[int, Row | WrongRow]], tally: _Tally
    ) -> list[Row]:
        good, now = [], self._clock()
        for number, row in read:
            tally.rows += 1
            if isinstance(row, WrongRow):
                tally.wrong.add(row)
                continue
            for place, what in check(row, capability, now):
                tally.wrong.add(WrongRow(number, place, what))
            mark = hash(row.record)
            if mark in tally.seen:
                tally.wrong.add(WrongRow(number, "record", "stands on an earlier line too"))
            tally.seen.add(mark)
            tally.least = min(tally.least, row.computed_at.timestamp())
            tally.most = max(tally.most, row.computed_at.timestamp())
            model = f"{row.model.name} {row.model.version}"
            tally.models[model if model in tally.models or len(tally.models) < MODELS else "others"] += 1
            good.append(row)
        return good

    def _add(self, batch: Batch, rows: Iterable[Row], in_all: int) -> None:
        now = self._clock()
        new = {each.decision: (each, row.inputs) for row in rows for each in [_stored(batch, row, now)]}
        scores = [each for each, _ in new.values()]
        inputs = {name: inputs for name, (_, inputs) in new.items()}
        sealed = self._stored.sealed(scores, inputs, remembered=False)
        with self._database.begin() as conn:
            kept.add(conn, batch, scores, sealed, in_all, now)

    def _publish(self, batch: Batch, caller: Caller, content_hash: str, tally: _Tally, epoch: int) -> Imported:
        """All or nothing: the scores, their announcement, the audit's row, and that the batch is done."""
        older, now = kept.older(self._database, batch), self._clock()
        with self._database.begin() as conn, self._database.patient(conn, kept.WHOLE_S):
            rows = kept.publish(conn, batch)
            # last, since it holds up all others who announce; whoever was erased until here is seen
            announce(conn, IMPORTED, batch.connection, batch.capability, at=now)
            gone = _erased(conn, batch.connection, epoch)
            if rows + len(gone) < tally.rows:
                raise Busy(reason="import-rows-lost", retry_after_s=5.0)
            erased = kept.without(conn, batch, gone)
            outdated = kept.outdate(conn, batch, tally.least)
            told = Imported(
                batch=batch.batch, capability=batch.capability, rows=rows - erased, older=older, outdated=outdated,
                content_hash=content_hash, models=dict(tally.models), imported_at=datetime.fromtimestamp(now, UTC),
            )  # fmt: skip
            kept.end(conn, batch, kept.DONE, content_hash, _kept(told), now)
            counts = {"rows": told.rows, "older": older, "outdated": outdated, "erased": erased}
            facts = {"capability": batch.capability, "batch": batch.batch, "content_hash": content_hash, **counts}
            span = {"as_of_least": tally.least, "as_of_most": tally.most, "models": told.models}
            who = {"service": caller.service, "proof": caller.proof}
            of = {"connection": batch.connection, "capability": batch.capability, "source": batch.source}
            enqueue(conn, "announce", of | {"since": batch.begun_at - 1.0}, run_at=now)
            self._audit.write("scores.imported", conn=conn, connection=batch.connection, detail=facts | span | who)
        return told

    def _give_up(self, batch: Batch, caller: Caller, tally: _Tally, error: Exception) -> None:
        """Nothing was applied; write why, as far as there is somewhere to write it."""
        reason = error.reason if isinstance(error, InlayError) else "bug"
        reference, now = new_reference(), self._clock()
        if isinstance(error, InlayError):
            error.reference = reference
        facts: dict[str, object] = {"service": caller.service, "proof": caller.proof}
        facts |= {"capability": batch.capability, "batch": batch.batch}
        facts |= {"rows": tally.rows, "errors": tally.wrong.rows}
        with suppress(StoreUnavailable, Busy), self._database.begin() as conn:
            kept.end(conn, batch, kept.REFUSED, "", {"reason": reason, "reference": reference}, now)
            named = {"connection": batch.connection, "reason": reason, "reference": reference}
            self._audit.write("import.refused", conn=conn, **named, detail=facts)
        with suppress(StoreUnavailable):
            self.begin()

    @contextmanager
    def _alone(self, connection: str) -> Iterator[None]:
        with self._lock:
            if connection in self._receiving or len(self._receiving) >= AT_ONCE:
                what = "Another batch is being received. Send this one again soon."
                raise Busy(what, reason="imports", retry_after_s=10)
            self._receiving.add(connection)
        try:
            yield
        finally:
            with self._lock:
                self._receiving.discard(connection)


def _require_all(tally: _Tally, announced: int) -> None:
    if announced and tally.rows != announced:
        what = f"{announced:,} rows were announced and {tally.rows:,} came; nothing was applied."
        raise BatchCut(what, reason="rows-missing")


def _again(batch: Batch, body: Body) -> Imported:
    body.drain()
    if body.content_hash != batch.content_hash:
        raise BatchTaken(reason="batch-taken")
    told = dict(batch.told)
    return Imported(**{**told, "imported_at": datetime.fromtimestamp(told["imported_at"], UTC)})


def _kept(told: Imported) -> dict[str, object]:
    values = {name: getattr(told, name) for name in Imported.__struct_fields__}
    return {**values, "imported_at": told.imported_at.timestamp()}


def _erased(conn: DatabaseConnection, connection: str, epoch: int) -> list[str]:
    since = (changes.c.epoch > epoch, changes.c.kind == ERASED, changes.c.connection == connection)
    return list(conn.execute(select(changes.c.key).where(*since)).scalars())


def _stored(batch: Batch, row: Row, now: float) -> Stored:
    as_of = row.computed_at.timestamp()
    factors = tuple(Factor(each.label, each.effect, each.detail, tuple(each.fields)) for each in row.factors)
    model = Model(row.model.name, row.model.version)
    at = row.computed_at.astimezone(UTC)
    score = Score(row.score, row.meaning, factors, model, at, row.valid_for_s, row.confidence)
    key = Key(batch.connection, batch.capability, Record(*row.record.split("/", 1)))
    until = as_of + row.valid_for_s
    return Stored(decision_id(now), key, score, features_hash(row.inputs), as_of, until, batch.source)
