"""Searching the audit: the newest rows first, by whatever is known of them, from any place on (keyset pagination).

Every question goes along an index that has its rows in order already, so that the first page of ten million rows is
read as quickly as that of ten. A question about several connections is one for each, merged.
"""

from __future__ import annotations

import heapq
import itertools
import json
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, literal_column, or_, select

from app.audit.redaction import clean_text
from app.db import Database
from app.db.schema import audit
from app.errors import BadRequest

_PAGE = 500  # rows of one statement
_LEAST_PAGE = 20
_MOST_SEQ = 2**63 - 1  # that a database can be asked for
_c = audit.c


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked; "" and None leave a thing open. Times are seconds since the epoch; `until` is not included."""

    connections: Collection[str] | None = None  # None: all, and rows of no connection
    viewer: str = ""
    record: str = ""
    version: str = ""
    event: str = ""
    since: float | None = None
    until: float | None = None

    def said(self) -> dict[str, Any]:
        """What is not left open, for the audit's own row."""
        of = {"connections": sorted(self.connections)} if self.connections is not None else {}
        words = {name: getattr(self, name) for name in ("viewer", "record", "version", "event", "since", "until")}
        return of | {name: value for name, value in words.items() if value not in ("", None)}


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in the order of a search."""

    at: float
    seq: int

    def __str__(self) -> str:
        return f"{self.at!r},{self.seq}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """Raises BadRequest."""
        at, _, seq = text.partition(",")
        try:
            place = cls(float(at), int(seq))
        except ValueError:
            place = cls(math.nan, 0)
        if not math.isfinite(place.at) or abs(place.seq) > _MOST_SEQ:
            raise BadRequest("This page's address was changed. Search again.", reason="place-malformed")
        return place


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and from where the next page goes on; None: there is no more."""

    rows: Sequence[Row[Any]]
    after: Place | None


def search(database: Database, query: Query, limit: int, after: Place | None = None) -> Page:
    """A page of at most `limit` rows. Raises StoreUnavailable."""
    rows = list(itertools.islice(found(database, query, after, limit + 1), limit + 1))
    return Page(rows[:limit], Place(rows[limit - 1].at, rows[limit - 1].seq) if len(rows) > limit else None)


def found(database: Database, query: Query, after: Place | None = None, page: int = _PAGE) -> Iterator[Row[Any]]:
    """All rows, read in pages: in bounded memory, however many there are. Raises StoreUnavailable."""
    legs = _legs(database, query)
    size = max(_LEAST_PAGE, min(page, _PAGE if len(legs) < 2 else 4 * _PAGE // len(legs)))
    return heapq.merge(*(_pages(database, leg, after, size) for leg in legs), key=lambda row: (-row.at, -row.seq))


def connections(database: Database) -> list[str]:
    """The connections of which there are rows, whether or not they are still configured. Raises StoreUnavailable."""
    names: list[str] = []
    with database.read() as conn:
        while (name := _next(conn, names[-1] if names else None)) is not None:
            names.append(name)
    return names


def as_dict(row: Row[Any]) -> dict[str, Any]:
    """A row with its detail read; a detail that is none is left as it is."""
    said: dict[str, Any] = dict(row._mapping)
    try:
        said["detail"] = json.loads(row.detail) if row.detail else {}
    except ValueError:
        said["detail"] = {"unreadable": row.detail}
    return said


def _legs(database: Database, query: Query) -> list[Select[Any]]:
    """The statements whose merged rows are the answer, each along one index."""
    sqlite = database.is_sqlite
    exact: list[Any] = []
    if query.since is not None:
        exact.append(_c.at >= query.since)
    if query.until is not None:
        exact.append(_c.at < query.until)
    words: Mapping[str, str] = {
        name: clean_text(getattr(query, name))
        for name in ("record", "viewer", "version", "event")
        if getattr(query, name)
    }
    led = next(iter(words), "")
    rest = [_aside(name, sqlite=sqlite) == value for name, value in words.items() if name != led]
    lead = [_c[led] == words[led]] if led else []
    if led in ("record", "viewer"):
        theirs = [] if query.connections is None else [_aside("connection", sqlite=sqlite).in_([*query.connections])]
        return [select(audit).where(*lead, *theirs, *rest, *exact)]
    if query.connections is None and led != "version":
        return [select(audit).where(*lead, *rest, *exact)]
    names = [None, *connections(database)] if query.connections is None else sorted({*query.connections})
    of = [_c.connection.is_(None) if name is None else _c.connection == name for name in names]
    return [select(audit).where(each, *lead, *rest, *exact) for each in of]


def _aside(name: str, *, sqlite: bool) -> Any:
    """A column by which rows are left out, not found: SQLite's plus keeps it from taking that index instead."""
    return literal_column(f"+audit.{name}", _c[name].type) if sqlite else _c[name]


def _pages(database: Database, leg: Select[Any], after: Place | None, size: int) -> Iterator[Row[Any]]:
    order: Callable[..., Select[Any]] = leg.order_by(_c.at.desc(), _c.seq.desc()).limit(size).where
    while True:
        # the first half is what an index can start at
        behind = () if after is None else (_c.at <= after.at, _behind(after))
        with database.read() as conn:
            rows = conn.execute(order(*behind)).all()
        yield from rows
        if len(rows) < size:
            return
        after = Place(rows[-1].at, rows[-1].seq)


def _behind(after: Place) -> Any:
    return or_(_c.at < after.at, and_(_c.at == after.at, _c.seq < after.seq))


def _next(conn: Connection, name: str | None) -> str | None:
    """The first connection's name after this one: a step into the index for each, however many rows they have."""
    query = select(func.min(_c.connection))
    found: str | None = conn.execute(query if name is None else query.where(_c.connection > name)).scalar_one()
    return found
