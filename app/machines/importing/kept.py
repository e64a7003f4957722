"""Batches in the database: which there are, how far each is, and its rows until all of them are shown at once."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, literal, select, text, update

from app.core.newest import IS_CARRIED
from app.core.stored import OUTDATED, Stored
from app.db import Database
from app.db.batches import source_of
from app.db.insert_new import insert_new
from app.db.schema import changes, scores
from app.db.schema_api import import_rows, imports
from app.errors import Busy

STILL_S = 60.0  # a batch that has not come further for so long was cut off
SWEPT = 2_000  # rows of one statement
WHOLE_S = 30.0  # for a statement about all rows of a batch; others of ours take milliseconds
RECEIVING, DONE, REFUSED = "receiving", "done", "refused"
c, r, s = imports.c, import_rows.c, scores.c
_SAME = ("id", "record_type", "record_id", "value", "meaning", "confidence", "model_name", "model_version",
         "valid_until", "features_hash", "snapshot", "reasons")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it is kept. `told` is what was answered; of a refused one `reason`."""

    id: str
    connection: str
    capability: str
    batch: str
    service: str
    state: str
    content_hash: str
    rows: int
    told: Mapping[str, Any]
    begun_at: float
    at: float

    @property
    def source(self) -> str:
        """Where its scores are from, as scores name their core."""
        return source_of(self.id)


def begin(conn: Connection, connection: str, capability: str, batch: str, service: str, now: float) -> Batch:
    """A new attempt; or the batch as it is, where it is done. Raises Busy while another request brings it."""
    row = {
        "id": secrets.token_hex(12), "connection": connection, "capability": capability, "batch": batch,
        "service": service, "state": RECEIVING, "content_hash": "", "rows": 0, "told": "{}", "begun_at": now, "at": now,
    }  # fmt: skip
    if insert_new(conn, imports, row, ("connection", "capability", "batch")):
        return _batch(row)
    named = (c.connection == connection, c.capability == capability, c.batch == batch)
    known = _batch(dict(conn.execute(select(imports).where(*named).with_for_update()).mappings().one()))
    if known.state == DONE:
        return known
    if known.state == RECEIVING and now - known.at < STILL_S:
        raise Busy("This batch is being received. Ask again in a moment.", reason="import-under-way", retry_after_s=5.0)
    conn.execute(update(imports).where(*named).values(**row))
    return _batch(row)


def add(conn: Connection, batch: Batch, new: Sequence[Stored], sealed: Mapping[str, Mapping[str, bytes]],
        rows: int, now: float) -> None:  # fmt: skip
    """Keep rows, shown to nobody yet; `rows` is how many there are with these. Raises Busy once another took over."""
    _still_ours(conn, batch, rows=rows, at=now)
    conn.execute(insert(import_rows), [{**_row(batch, each), **sealed[each.decision]} for each in new])


def older(database: Database, batch: Batch) -> int:
    """How many rows are older than what is known of their records."""
    newer = exists().where(
        s.connection == batch.connection, s.record_type == r.record_type, s.record_id == r.record_id,
        s.capability == batch.capability, s.created_at > r.as_of, s.arm == "", ~IS_CARRIED,
    )  # fmt: skip
    with database.begin() as conn:
        if conn.dialect.name == "postgresql":  # it has never seen these rows, and would compare each with every score
            conn.execute(text(f"ANALYZE {import_rows.name}, {scores.name}"))
    with database.read() as conn, database.patient(conn, WHOLE_S):
        query = select(func.count()).select_from(import_rows).where(r.import_id == batch.id, newer)
        return int(conn.execute(query).scalar_one())


def publish(conn: Connection, batch: Batch) -> int:
    """From the commit on, all of them are scores like others; how many."""
    fixed = {"connection": batch.connection, "capability": batch.capability, "factors": "[]", "core": batch.source}
    chosen = [r[name] for name in _SAME] + [r.as_of, r.as_of] + [literal(value) for value in fixed.values()]
    rows = select(*chosen).where(r.import_id == batch.id)
    shown = insert(scores).from_select([*_SAME, "created_at", "computed_at", *fixed], rows)
    # of an INSERT the library forgets the count with the cursor, unless it is told
    return conn.execute(shown.execution_options(preserve_rowcount=True)).rowcount


def outdate(conn: Connection, batch: Batch, since: float) -> int:
    """Rows of records that changed since they were computed are not fresh; how many. `since`: as of the oldest row."""
    query = select(changes.c.key, func.max(changes.c.at).label("at")).where(
        changes.c.kind == "score", changes.c.connection == batch.connection, changes.c.at > since
    )
    changed = 0
    for key, at in conn.execute(query.group_by(changes.c.key)).all():
        mine = (*_is(batch, key), s.created_at < at, s.valid_until > OUTDATED)
        changed += conn.execute(update(scores).where(*mine).values(valid_until=OUTDATED)).rowcount
    return changed


def without(conn: Connection, batch: Batch, erased: Collection[str]) -> int:
    """Records that were erased while the batch came are not in it; how many."""
    return sum(conn.execute(delete(scores).where(*_is(batch, key))).rowcount for key in erased)


def end(conn: Connection, batch: Batch, state: str, content_hash: str, told: Mapping[str, Any], now: float) -> None:
    """Done, or refused, whose id may be used again. Raises Busy once another took over."""
    _still_ours(conn, batch, state=state, content_hash=content_hash, told=json.dumps(told), at=now)


def sweep(database: Database, now: float) -> int:
    """Delete rows of batches that are over, or were cut off; how many."""
    alive, gone = select(c.id).where(c.state == RECEIVING), 0
    with database.begin() as conn:  # first, so that a slow one does not go on with half of its rows
        cut = (c.state == RECEIVING, c.at <= now - STILL_S)
        conn.execute(update(imports).where(*cut).values(state=REFUSED, told=json.dumps({"reason": "batch-cut"})))
    while True:
        with database.begin() as conn:
            some = conn.execute(select(r.import_id, r.id).where(r.import_id.not_in(alive)).limit(SWEPT)).all()
            for import_id in {each.import_id for each in some}:
                last = max(each.id for each in some if each.import_id == import_id)
                gone += conn.execute(delete(import_rows).where(r.import_id == import_id, r.id <= last)).rowcount
        if not some:
            return gone


def lately(database: Database, connections: Collection[str], most: int) -> list[Batch]:
    """The batches of these connections that moved last."""
    query = select(imports).where(c.connection.in_(sorted(connections))).order_by(c.at.desc(), c.id).limit(most)
    with database.read() as conn:
        return [_batch(dict(row)) for row in conn.execute(query).mappings()]


def _still_ours(conn: Connection, batch: Batch, **values: Any) -> None:
    mine = update(imports).where(c.id == batch.id, c.state == RECEIVING).values(**values)
    if not conn.execute(mine).rowcount:
        raise Busy("This batch is being received by another request.", reason="import-taken-over", retry_after_s=5.0)


def _is(batch: Batch, key: str) -> tuple[Any, ...]:
    kind, _, name = key.partition("/")
    return (
        s.connection == batch.connection, s.record_type == kind, s.record_id == name,
        s.capability == batch.capability, s.core == batch.source,
    )  # fmt: skip


def _row(batch: Batch, stored: Stored) -> dict[str, Any]:
    score, record = stored.score, stored.key.record
    return {
        "import_id": batch.id,
        "id": stored.decision,
        "record_type": record.type,
        "record_id": record.id,
        "value": score.value,
        "meaning": str(score.meaning),
        "confidence": score.confidence,
        "model_name": score.model.name,
        "model_version": score.model.version,
        "as_of": stored.stored_at,
        "valid_until": stored.fresh_until,
        "features_hash": stored.features_hash,
    }


def _batch(row: Mapping[str, Any]) -> Batch:
    return Batch(**{name: row[name] for name in Batch.__slots__ if name != "told"}, told=json.loads(row["told"]))
