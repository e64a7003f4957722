"""A connection's rows: counted, written into files, erased in small transactions so that others can go on."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, delete, func, select, tuple_, update

from app.db import Database
from app.db.insert_new import insert_new
from app.db.reviews import Row as Review
from app.db.schema_admin import erased_keys
from app.keys import Keyring, SealBroken
from app.keys.subjects import SubjectKeys
from app.leaving.rules import Does, tables

EACH = 500  # rows of one transaction
Progress = Callable[[str, int], None]  # a table, and how many rows more


@dataclass(frozen=True, slots=True)
class Opener:
    """What opens what is sealed: the deployment's keys, and those of subjects."""

    keyring: Keyring
    subjects: SubjectKeys


def counted(database: Database, name: str) -> dict[str, int]:
    """How many rows each table has of this connection. Raises StoreUnavailable."""
    with database.read() as conn:
        return {
            table.name: int(
                conn.execute(select(func.count()).select_from(table).where(rule.which(table, name))).scalar_one()
            )
            for table, rule in tables()
        }


def export(database: Database, opener: Opener, name: str, folder: Path, told: Progress) -> dict[str, dict[str, Any]]:
    """Each exported table as a file of JSON lines, whole or not at all; how many rows, and each file's SHA-256.

    Raises StoreUnavailable, OSError.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = {}
    for table, rule in tables():
        if rule.does in (Does.EXPORTED_KEPT, Does.EXPORTED_ERASED):
            made[f"{table.name}.jsonl"] = _written(database, opener, table, rule.which(table, name), folder, told)
    return made


def erase(database: Database, subjects: SubjectKeys, name: str, told: Progress) -> dict[str, int]:
    """Erase what is to be erased; how many rows of each table. What is gone is left alone: call it again and again.

    The keys of its subjects go first: then backups say nothing of them either.
    """
    erased = {}
    with database.begin() as conn:
        for key in subjects.store.of_connection(name):
            insert_new(conn, erased_keys, {"id": key, "connection": name, "at": time.time()}, ("id",))
    subjects.destroy_all(name)
    for table, rule in tables():
        if rule.does in (Does.ERASED, Does.EXPORTED_ERASED):
            erased[table.name] = _erased(database, table, rule.which(table, name), told)
    database.settle_file()
    return erased


def _written(
    database: Database, opener: Opener, table: Table, which: ColumnElement[bool], folder: Path, told: Progress
) -> dict[str, Any]:
    digest, rows, part = hashlib.sha256(), 0, folder / f"{table.name}.part"
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for row in _read(database, table, which):
            line = json.dumps(_plain(row, table.name, opener), ensure_ascii=False).encode() + b"\n"
            file.write(line)
            digest.update(line)
            rows += 1
            told(table.name, 1)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / f"{table.name}.jsonl")
    return {"rows": rows, "sha256": digest.hexdigest()}


def _read(database: Database, table: Table, which: ColumnElement[bool]) -> Iterator[Row[Any]]:
    """In the order of their key, some at a time: no transaction is held while a file is written."""
    key, after = [*table.primary_key.columns], None
    while True:
        query = select(table).where(which).order_by(*key).limit(EACH)
        if after is not None:
            query = query.where(_behind(key, after))
        with database.read() as conn:
            rows = conn.execute(query).all()
        yield from rows
        if len(rows) < EACH:
            return
        after = [getattr(rows[-1], column.name) for column in key]


def _behind(key: list[Any], after: list[Any]) -> ColumnElement[bool]:
    return tuple_(*key) > tuple_(*after) if len(key) > 1 else key[0] > after[0]


def _plain(row: Row[Any], table: str, opener: Opener) -> Mapping[str, Any]:
    """The row with what was sealed opened; null where the key is gone."""
    values = dict(row._mapping)
    if table == "scores":
        values["snapshot"] = _opened(opener.subjects.open, values["snapshot"], f"snapshot:{row.id}")
        if reasons := values.pop("reasons"):
            values["factors"] = json.dumps(_opened(opener.subjects.open, reasons, f"reasons:{row.id}"))
    elif table == "reviews":
        values["said"] = _opened(opener.keyring.open, values["said"], Review(**values).context)
    return {name: json.loads(value) if name in _JSON and value else value for name, value in values.items()}


_JSON = frozenset({"factors", "detail"})


def _opened(unseal: Callable[[bytes, str], bytes], sealed: bytes | None, context: str) -> Any:
    try:
        return json.loads(unseal(bytes(sealed), context)) if sealed else None
    except SealBroken:
        return None


def _erased(database: Database, table: Table, which: ColumnElement[bool], told: Progress) -> int:
    key, gone = [*table.primary_key.columns], 0
    while True:
        with database.begin() as conn:
            found = [tuple(row) for row in conn.execute(select(*key).where(which).limit(EACH))]
            if not found:
                return gone
            these = tuple_(*key).in_(found) if len(key) > 1 else key[0].in_([one for (one,) in found])
            blank = update(table).values(connection="", key="", kind="erased")  # whoever counts on finds each number
            conn.execute((blank if table.name == "changes" else delete(table)).where(these))
        gone += len(found)
        told(table.name, len(found))
