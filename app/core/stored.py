"""Every computed score, kept: the latest answers many viewers, the row of them is the trend."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import Row, Select, func, insert, select, update

from app.core.shapes import Factor, Meaning, Model, Score
from app.db import Database
from app.db.schema import scores
from app.launch import Record

OUTDATED = 0.0  # `fresh_until` of a score whose record changed
CARRIED = "carried-"  # how the hash of features begins that came with a launch: such a score is that launch's own


@dataclass(frozen=True, slots=True)
class Key:
    """What a score is of. Nothing is shared between connections, and what one launch carried stays with it."""

    connection: str
    capability: str
    record: Record
    carried: str = ""  # names the features that the launch carried; empty when they are read from the host


@dataclass(frozen=True, slots=True)
class Stored:
    """A score with the id under which it was decided. Times are seconds since the epoch, by our clock."""

    decision: str
    key: Key
    score: Score
    features_hash: str
    stored_at: float
    fresh_until: float


class StoredScores:
    """The table of scores. `seal` encrypts the snapshot of the input, in the context of its decision."""

    def __init__(self, database: Database, seal: Callable[[bytes, str], bytes]) -> None:
        self._database, self._seal = database, seal

    def latest(self, keys: Sequence[Key]) -> dict[Key, Stored]:
        """The newest score of each key that has one: one query for each (connection, capability, type)."""
        groups: dict[tuple[str, str, str, str], dict[str, Key]] = defaultdict(dict)
        for key in keys:
            groups[key.connection, key.capability, key.record.type, key.carried][key.record.id] = key
        found: dict[Key, Stored] = {}
        with self._database.read() as conn:
            for group in groups.values():
                for row in conn.execute(_newest(group)):
                    key = group[row.record_id]
                    found[key] = _read(row, key)
        return found

    def by_decision(self, decisions: Iterable[str]) -> dict[str, Stored]:
        """Stored scores by their ids; unknown ids are left out."""
        with self._database.read() as conn:
            rows = conn.execute(select(scores).where(scores.c.id.in_(list(decisions))))
            return {row.id: _read(row, _key(row)) for row in rows}

    def history(self, key: Key, limit: int) -> list[tuple[datetime, float]]:
        """The last `limit` values of a key, oldest first."""
        newest_first = (
            select(scores.c.created_at, scores.c.value)
            .where(*_is(key))
            .order_by(scores.c.created_at.desc(), scores.c.id.desc())
            .limit(limit)
        )
        with self._database.read() as conn:
            rows = conn.execute(newest_first).all()
        return [(datetime.fromtimestamp(at, UTC), value) for at, value in reversed(rows)]

    def save(self, conn: DatabaseConnection, new: Sequence[Stored], snapshots: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep new scores with the input they were computed from (`snapshots`, by decision), encrypted."""
        rows = [_row(each) | {"snapshot": self._sealed(each, snapshots[each.decision])} for each in new]
        if rows:
            conn.execute(insert(scores), rows)

    def outdate(self, conn: DatabaseConnection, connection: str, record: Record) -> bool:
        """The record changed: its scores are no longer fresh, for all capabilities. Whether any was until now."""
        outdated = conn.execute(
            update(scores)
            .where(
                scores.c.connection == connection,
                scores.c.record_type == record.type,
                scores.c.record_id == record.id,
                scores.c.valid_until > OUTDATED,  # the rest of a long history is left alone
            )
            .values(valid_until=OUTDATED)
        )
        return outdated.rowcount > 0

    def _sealed(self, stored: Stored, snapshot: Mapping[str, Any]) -> bytes:
        return self._seal(json.dumps(snapshot, sort_keys=True).encode(), f"snapshot:{stored.decision}")


def _newest(group: Mapping[str, Key]) -> Select[Any]:
    """The newest row of each record of a group; its keys differ in nothing but the record's id."""
    any_key = next(iter(group.values()))
    place = func.row_number().over(
        partition_by=scores.c.record_id, order_by=(scores.c.created_at.desc(), scores.c.id.desc())
    )
    mine = [
        scores.c.connection == any_key.connection,
        scores.c.capability == any_key.capability,
        scores.c.record_type == any_key.record.type,
        scores.c.record_id.in_(list(group)),
    ]
    is_carried = scores.c.features_hash.startswith(CARRIED)
    mine.append(scores.c.features_hash == any_key.carried if any_key.carried else ~is_carried)
    ranked = select(scores, place.label("place")).where(*mine).subquery()
    return select(ranked).where(ranked.c.place == 1)


def _is(key: Key) -> tuple[Any, ...]:
    """The rows of a record: read ones for a read key; a carried one grows on those that other launches carried."""
    is_carried = scores.c.features_hash.startswith(CARRIED)
    return (
        scores.c.connection == key.connection,
        scores.c.capability == key.capability,
        scores.c.record_type == key.record.type,
        scores.c.record_id == key.record.id,
        is_carried if key.carried else ~is_carried,
    )


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
        "factors": json.dumps([asdict(factor) for factor in score.factors]),
        "model_name": score.model.name,
        "model_version": score.model.version,
        "computed_at": score.computed_at.timestamp(),
        "valid_until": stored.fresh_until,
        "features_hash": stored.features_hash,
        "created_at": stored.stored_at,
    }


def _key(row: Row[Any]) -> Key:
    return Key(row.connection, row.capability, Record(row.record_type, row.record_id))


def _read(row: Row[Any], key: Key) -> Stored:
    factors = tuple(
        Factor(each["label"], each["effect"], each["detail"], tuple(each["fields"])) for each in json.loads(row.factors)
    )
    score = Score(
        value=row.value,
        meaning=Meaning(row.meaning),
        factors=factors,
        model=Model(row.model_name, row.model_version),
        computed_at=datetime.fromtimestamp(row.computed_at, UTC),
        valid_for_s=max(row.valid_until - row.created_at, 0.0),
        confidence=row.confidence,
    )
    return Stored(row.id, key, score, row.features_hash, row.created_at, row.valid_until)
