"""Every computed score, kept: the latest answers many viewers, the row of them is the trend."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import Row as DatabaseRow
from sqlalchemy import Select, Text, func, insert, literal_column, not_, or_, select, update

from app.core.shapes import Factor, Meaning, Model, Score
from app.db import Database, schema
from app.db.lists import listed, parameters
from app.db.schema import scores
from app.launch import Record

CARRIED = schema.CARRIED
OUTDATED = 0.0  # `fresh_until` of a score whose record changed


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


class StoredScores:
    """The table of scores. `seal` encrypts the snapshot of the input, in the context of its decision.

    What a capability's `dropped` cores said is found by its decision only.
    """

    def __init__(
        self,
        database: Database,
        seal: Callable[[bytes, str], bytes],
        dropped: Mapping[str, frozenset[str]] = MappingProxyType({}),
    ) -> None:
        self._database, self._seal, self._dropped = database, seal, dropped
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
                newest = _NEWEST[conn.dialect.name, are_carried]
                for row in conn.execute(newest, parameters(conn, _PARTS, rows)):
                    key = _key(row)
                    found[key] = _read(row, key)
        return found

    def by_decision(self, decisions: Iterable[str]) -> dict[str, Stored]:
        """Stored scores by their ids; unknown ids are left out."""
        with self._database.read() as conn:
            rows = conn.execute(select(*_READ).where(scores.c.id.in_(list(decisions))))
            return {row.id: _read(row, _key(row)) for row in rows}

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


_READ = [column for column in scores.c if column.name != "snapshot"]
_CARRIED = func.substr(
    literal_column("features_hash"), literal_column("1"), literal_column(str(len(CARRIED)))
) == literal_column(f"'{CARRIED}'")  # without parameters, as the index has it: else no database would use it
_PARTS = dict.fromkeys(("connection", "capability", "type", "id", "carried", "arm", "dropped"), Text())


def _newest(dialect: str, carried: bool) -> Select[Any]:
    """The newest row of each of the listed keys."""
    table, asked = listed(dialect, _PARTS)
    mine = scores.alias("mine")
    newest = (
        select(mine.c.id)
        .where(
            mine.c.connection == asked["connection"],
            mine.c.capability == asked["capability"],
            mine.c.record_type == asked["type"],
            mine.c.record_id == asked["id"],
            mine.c.arm == asked["arm"],
            or_(mine.c.core == "", not_(asked["dropped"].contains(mine.c.core))),
            _CARRIED if carried else not_(_CARRIED),
            *([mine.c.features_hash == asked["carried"]] if carried else []),
        )
        .order_by(mine.c.created_at.desc(), mine.c.id.desc())
        .limit(1)
        .correlate(table)
        .scalar_subquery()
    )
    return select(*_READ).select_from(table.join(scores, scores.c.id == newest))


# made once: to put a statement together takes longer than to run it
_NEWEST = {
    (dialect, carried): _newest(dialect, carried) for dialect in ("sqlite", "postgresql") for carried in (False, True)
}


def _is(key: Key) -> tuple[Any, ...]:
    """The rows of a record: read ones for a read key; a carried one grows on those that other launches carried."""
    return (
        scores.c.connection == key.connection,
        scores.c.capability == key.capability,
        scores.c.record_type == key.record.type,
        scores.c.record_id == key.record.id,
        scores.c.arm == key.arm,
        _CARRIED if key.carried else not_(_CARRIED),
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
        "factors": json.dumps([asdict(factor) for factor in score.factors]),
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


def _read(row: DatabaseRow[Any], key: Key) -> Stored:
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
    return Stored(row.id, key, score, row.features_hash, row.created_at, row.valid_until, row.core)
