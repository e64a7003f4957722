"""Every computed score, kept: the latest answers many viewers, the row of them is the trend."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import Row as DatabaseRow
from sqlalchemy import insert, not_, select, update

from app.core.newest import IS_CARRIED, NEWEST, PARTS, READ
from app.core.shapes import Factor, Meaning, Model, Score
from app.db import Database, schema
from app.db.lists import parameters
from app.db.schema import scores
from app.keys.subjects import Sealer, Sealing
from app.launch import Record

CARRIED = schema.CARRIED
OUTDATED = 0.0  # `fresh_until` of a score whose record changed
Snapshots = Mapping[str, Mapping[str, Any]]  # by decision: what it was computed from
Sealed = Mapping[str, Mapping[str, bytes]]  # the same: what columns hold that only a subject's key opens


@dataclass(frozen=True, slots=True)
class Key:
    """What a score is of. Nothing is shared between connections, and what one launch carried stays with it."""

    connection: str
    capability: str
    record: Record
    carried: str = ""  # names the features that the launch carried; empty when they are read from the host
    arm: str = ""  # of a canary: which of two models answered; empty where there is one

    def __str__(self) -> str:
        """As it is called outside this process; no part before the record can hold the sign between them."""
        return "|".join((self.connection, self.capability, self.arm, self.carried, str(self.record)))


@dataclass(frozen=True, slots=True)
class Stored:
    """A score with the id under which it was decided. Times are seconds since the epoch, by our clock."""

    decision: str
    key: Key
    score: Score
    features_hash: str
    stored_at: float
    fresh_until: float
    core: str = ""  # which core gave it, by its identity


@dataclass(frozen=True, slots=True)
class Decided:
    """A score as it was decided, with the snapshot of its input; None once nobody can read it any more."""

    stored: Stored
    snapshot: Mapping[str, Any] | None
    erased_at: float | None


class StoredScores:
    """The table of scores. What was read of a record, and the reasons that may quote it, lie there by its own key.

    What a capability's `dropped` cores said is found by its decision only.
    """

    def __init__(
        self, database: Database, sealer: Sealer, dropped: Mapping[str, frozenset[str]] = MappingProxyType({})
    ) -> None:
        self._database, self._sealer, self._dropped = database, sealer, dropped
        self._dropped_text = {capability: " ".join(sorted(cores)) for capability, cores in dropped.items()}

    def is_shown(self, stored: Stored) -> bool:
        """Whether its core still answers, or answered before without a complaint."""
        return stored.core not in self._dropped.get(stored.key.capability, ())

    def latest(self, keys: Sequence[Key], conn: DatabaseConnection | None = None) -> dict[Key, Stored]:
        """The newest score of each key that has one; within the caller's transaction where one is given.

        One question for all keys (one more for carried ones). The database walks down the index to the newest
        row of each key: how long its history is costs nothing.
        """
        if conn is None:
            with self._database.read() as own:
                return self.latest(keys, own)
        found: dict[Key, Stored] = {}
        for are_carried in (False, True):
            if asked := [key for key in keys if bool(key.carried) is are_carried]:
                rows = [(*_parts(key), self._dropped_text.get(key.capability, "")) for key in asked]
                newest = NEWEST[conn.dialect.name, are_carried]
                read = self._read(conn.execute(newest, parameters(conn, PARTS, rows)).all())
                found |= {each.key: each for each in read}
        return found

    def by_decision(self, decisions: Iterable[str]) -> dict[str, Stored]:
        """Stored scores by their ids; ids that are unknown or of somebody who was erased are left out."""
        with self._database.read() as conn:
            known = (scores.c.id.in_(list(decisions)), scores.c.erased_at.is_(None))
            rows = conn.execute(select(*READ).where(*known)).all()
        return {each.decision: each for each in self._read(rows)}

    def decided(self, decisions: Collection[str]) -> dict[str, Decided]:
        """Scores with their input by their ids, also of people who were erased; ids that are unknown are left out."""
        with self._database.read() as conn:
            rows = conn.execute(select(scores).where(scores.c.id.in_([*decisions]))).all()
        sealed = {_reasons(row.id): row.reasons for row in rows} | {_snapshot(row.id): row.snapshot for row in rows}
        there = [(each, context) for context, each in sealed.items() if each]
        opened = {context: each for (_, context), each in zip(there, self._sealer.open_all(there), strict=True) if each}
        read = {context: json.loads(each) for context, each in opened.items()}
        stored = {row.id: _stored(row, read.get(_reasons(row.id), [])) for row in rows}
        return {row.id: Decided(stored[row.id], read.get(_snapshot(row.id)), row.erased_at) for row in rows}

    def history(self, key: Key, limit: int) -> list[tuple[datetime, float]]:
        """The last `limit` values of a key, oldest first."""
        newest_first = (
            select(scores.c.created_at, scores.c.value)
            .where(*_is(key), scores.c.core.not_in(self._dropped.get(key.capability, ())))
            .order_by(scores.c.created_at.desc(), scores.c.id.desc())
            .limit(limit)
        )
        with self._database.read() as conn:
            rows = conn.execute(newest_first).all()
        return [(datetime.fromtimestamp(at, UTC), value) for at, value in reversed(rows)]

    def before(self, conn: DatabaseConnection, key: Key, at: float) -> float | None:
        """The value of a key's newest score that was made before `at`; None where there was none."""
        newest = select(scores.c.value).where(*_is(key), scores.c.created_at < at)
        value = conn.execute(newest.order_by(scores.c.created_at.desc()).limit(1)).scalar()
        return None if value is None else float(value)

    def sealed(self, new: Sequence[Stored], snapshots: Snapshots, *, remembered: bool = True) -> Sealed:
        """What only their subjects' keys open: the input that scores were computed from (`snapshots`, by decision),
        and their reasons; `remembered` as `SubjectKeys.seal_all` has it. Call it before the transaction that keeps
        them: a new subject gets its key in a database of its own. Raises StoreUnavailable."""
        plain = [
            Sealing(each.key.connection, str(each.key.record), _written(what), context)
            for each in new
            for what, context in (
                (snapshots[each.decision], _snapshot(each.decision)),
                ([factor.members() for factor in each.score.factors], _reasons(each.decision)),
            )
        ]
        sealed = iter(self._sealer.seal_all(plain, remembered=remembered))
        return {each.decision: {"snapshot": next(sealed), "reasons": next(sealed)} for each in new}

    def save(self, conn: DatabaseConnection, new: Sequence[Stored], sealed: Sealed) -> None:
        """Keep new scores with what was sealed of them."""
        rows = [{**_row(each), **sealed[each.decision]} for each in new]
        if rows:
            conn.execute(insert(scores), rows)

    def outdate(self, conn: DatabaseConnection, connection: str, records: Sequence[Record]) -> list[Record]:
        """These records changed: their scores are no longer fresh, for all capabilities. Those of which any was."""
        by_type: dict[str, list[str]] = defaultdict(list)
        for record in records:
            by_type[record.type].append(record.id)
        outdated: set[Record] = set()
        for kind, ids in by_type.items():
            c = scores.c  # the rest of a long history is left alone
            fresh = (c.connection == connection, c.record_type == kind, c.record_id.in_(ids), c.valid_until > OUTDATED)
            changed = update(scores).where(*fresh).values(valid_until=OUTDATED).returning(c.record_id)
            outdated.update(Record(kind, each) for each in conn.execute(changed).scalars())
        return [record for record in records if record in outdated]

    def _read(self, rows: Sequence[DatabaseRow[Any]]) -> list[Stored]:
        """Rows as scores. One whose reasons nobody can open is left out: its subject was erased, and this row is of a
        backup of before."""
        sealed = [row for row in rows if row.reasons is not None]
        opened = self._sealer.open_all([(row.reasons, _reasons(row.id)) for row in sealed])
        reasons = {row.id: each for row, each in zip(sealed, opened, strict=True)}
        texts = ((row, reasons.get(row.id, row.factors)) for row in rows)
        return [_stored(row, json.loads(text)) for row, text in texts if text is not None]


def _snapshot(decision: str) -> str:
    """What the sealed input of a decision is bound to."""
    return f"snapshot:{decision}"


def _reasons(decision: str) -> str:
    return f"reasons:{decision}"


def _written(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True).encode()


def _is(key: Key) -> tuple[Any, ...]:
    """The rows of a record: read ones for a read key; a carried one grows on those that other launches carried."""
    return (
        scores.c.connection == key.connection,
        scores.c.capability == key.capability,
        scores.c.record_type == key.record.type,
        scores.c.record_id == key.record.id,
        scores.c.arm == key.arm,
        IS_CARRIED if key.carried else not_(IS_CARRIED),
    )


def _parts(key: Key) -> tuple[str, ...]:
    return key.connection, key.capability, key.record.type, key.record.id, key.carried, key.arm


def _row(stored: Stored) -> dict[str, Any]:
    score = stored.score
    return {
        "id": stored.decision,
        "connection": stored.key.connection,
        "capability": stored.key.capability,
        "record_type": stored.key.record.type,
        "record_id": stored.key.record.id,
        "value": score.value,
        "meaning": str(score.meaning),
        "confidence": score.confidence,
        "factors": "[]",
        "model_name": score.model.name,
        "model_version": score.model.version,
        "computed_at": score.computed_at.timestamp(),
        "valid_until": stored.fresh_until,
        "features_hash": stored.features_hash,
        "created_at": stored.stored_at,
        "arm": stored.key.arm,
        "core": stored.core,
    }


def _key(row: DatabaseRow[Any]) -> Key:
    carried = row.features_hash if row.features_hash.startswith(CARRIED) else ""
    return Key(row.connection, row.capability, Record(row.record_type, row.record_id), carried, row.arm)


def _stored(row: DatabaseRow[Any], reasons: Sequence[Mapping[str, Any]]) -> Stored:
    factors = tuple(Factor(each["label"], each["effect"], each["detail"], tuple(each["fields"])) for each in reasons)
    score = Score(
        value=row.value,
        meaning=Meaning(row.meaning),
        factors=factors,
        model=Model(row.model_name, row.model_version),
        computed_at=datetime.fromtimestamp(row.computed_at, UTC),
        valid_for_s=max(row.valid_until - row.created_at, 0.0),
        confidence=row.confidence,
    )
    return Stored(row.id, _key(row), score, row.features_hash, row.created_at, row.valid_until, row.core)
