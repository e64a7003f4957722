"""Figures in the database: each is added to three spans of time at once, so that a month is read in thirty rows."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, select, update

from app.db import Database
from app.db.insert_new import insert_all_new
from app.db.schema_figures import active_viewers, beats, figures
from app.figures.sketch import Sketch

DAY_S = 86_400.0
GRAINS: Mapping[str, float] = {"5m": 300.0, "1h": 3_600.0, "1d": DAY_S}
KEPT: Mapping[str, float] = {"5m": 2 * DAY_S, "1h": 14 * DAY_S, "1d": 400 * DAY_S}
VIEWERS_KEPT_D = 400
_KEY = ("grain", "connection", "component", "name", "at")


@dataclass(frozen=True, slots=True)
class Figure:
    """What is added: so many, and of what has a length, which lengths."""

    connection: str
    component: str
    name: str
    count: int
    sketch: Sketch | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of one span of time, which began at `at`."""

    at: float
    count: int
    sketch: Sketch | None


class StoredFigures:
    """The tables of figures. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, rows: Iterable[Figure], viewers: Collection[tuple[str, str]], now: float) -> None:
        """Add to the spans of now: to each figure's own and to what it is part of; and that we were here."""
        sums = _summed(rows)
        day = int(now // DAY_S)
        with self.database.begin() as conn:
            insert_all_new(conn, beats, [{"minute": int(now // 60)}], ["minute"])
            if viewers:
                named = [{"connection": of, "day": day, "viewer": _digest(of, who)} for of, who in sorted(viewers)]
                insert_all_new(conn, active_viewers, named, ("connection", "day", "viewer"))
            for grain, span in GRAINS.items():
                _add(conn, grain, now // span * span, sums)

    def series(
        self, grain: str, names: Collection[str], since: float, connection: str = "", component: str = ""
    ) -> dict[str, list[Point]]:
        """Each figure's points since then, the oldest first."""
        c = figures.c
        query = (
            select(c.name, c.at, c.count, c.sketch)
            .where(
                c.grain == grain, c.connection == connection, c.component == component,
                c.name.in_(list(names)), c.at >= since,
            )
            .order_by(c.at)
        )  # fmt: skip
        found: dict[str, list[Point]] = {name: [] for name in names}
        with self.database.read() as conn:
            for row in conn.execute(query):
                name, at, count, sketch = row
                found[name].append(Point(at, count, Sketch.read(sketch) if sketch else None))
        return found

    def total(self, name: str, since: float, connection: str = "") -> int:
        """How many there were of something since then, to five minutes."""
        return sum(point.count for point in self.series("5m", [name], since - GRAINS["5m"], connection)[name])

    def active(self, connection: str, first_day: int, days: int) -> int:
        """How many viewers there were in these days; connections are counted apart where none is named."""
        c = active_viewers.c
        asked = select(c.connection, c.viewer).where(c.day >= first_day, c.day < first_day + days).distinct()
        if connection:
            asked = asked.where(c.connection == connection)
        with self.database.read() as conn:
            return int(conn.execute(select(func.count()).select_from(asked.subquery())).scalar_one())

    def minutes_up(self, since: float, until: float) -> tuple[int, int]:
        """In how many minutes anybody was ready, of how many since the first that we know of."""
        c = beats.c
        first, last = int(since // 60), int(until // 60)
        with self.database.read() as conn:
            known, earliest = conn.execute(
                select(func.count(), func.min(c.minute)).where(c.minute >= first, c.minute < last)
            ).one()
        return int(known), last - int(earliest) if earliest is not None else 0

    def prune(self, now: float) -> None:
        """Forget what is kept no longer."""
        c = figures.c
        with self.database.begin() as conn:
            for grain, seconds in KEPT.items():
                conn.execute(delete(figures).where(c.grain == grain, c.at < now - seconds))
            conn.execute(delete(active_viewers).where(active_viewers.c.day < int(now // DAY_S) - VIEWERS_KEPT_D))
            conn.execute(delete(beats).where(beats.c.minute < int((now - KEPT["1d"]) // 60)))


def _summed(rows: Iterable[Figure]) -> dict[tuple[str, str, str], tuple[int, Sketch | None]]:
    counts: dict[tuple[str, str, str], int] = defaultdict(int)
    sketches: dict[tuple[str, str, str], Sketch] = {}
    for row in rows:
        for connection, component in _sums(row.connection, row.component):
            key = (connection, component, row.name)
            counts[key] += row.count
            if row.sketch is not None:
                sketches.setdefault(key, Sketch()).merge(row.sketch)
    return {key: (count, sketches.get(key)) for key, count in counts.items()}


def _sums(connection: str, component: str) -> set[tuple[str, str]]:
    """What one figure counts for: itself, its connection, its component anywhere, and all."""
    return {(connection, component), (connection, ""), ("", component), ("", "")}


# Made once: to put a statement together takes longer than to run it, and there is one for each figure of each span.
_MINE = and_(*(figures.c[name] == bindparam(f"of_{name}") for name in _KEY))
_COUNTED = update(figures).where(_MINE).values(count=figures.c.count + bindparam("more"))
_MEASURED = _COUNTED.values(sketch=bindparam("whole"))
_SKETCH = select(figures.c.sketch).where(_MINE).with_for_update()


def _add(
    conn: Connection, grain: str, at: float, sums: Mapping[tuple[str, str, str], tuple[int, Sketch | None]]
) -> None:
    """Rows are locked in the order of their keys: two processes that add at once wait, and never for each other."""
    ordered = sorted(sums)
    if not ordered:
        return
    insert_all_new(conn, figures, [_row(grain, key, at) for key in ordered], _KEY)
    for measured, keys in groupby(ordered, lambda key: sums[key][1] is not None):
        mine = [(_named(grain, key, at), *sums[key]) for key in keys]
        if not measured:
            conn.execute(_COUNTED, [where | {"more": count} for where, count, _ in mine])
            continue
        for where, count, sketch in mine:
            before = conn.execute(_SKETCH, where).scalar_one()
            whole = Sketch.read(before) if before else Sketch()
            if sketch is not None:
                whole.merge(sketch)
            conn.execute(_MEASURED, where | {"more": count, "whole": whole.write()})


def _named(grain: str, key: Sequence[str], at: float) -> dict[str, Any]:
    """The parameters of `_MINE`."""
    return {f"of_{name}": value for name, value in zip(_KEY, (grain, *key, at), strict=True)}


def _row(grain: str, key: Sequence[str], at: float) -> dict[str, Any]:
    connection, component, name = key
    return {
        "grain": grain, "connection": connection, "component": component, "name": name, "at": at,
        "count": 0, "sketch": None,
    }  # fmt: skip


def _digest(connection: str, viewer: str) -> str:
    return hashlib.sha256(f"{connection}\n{viewer}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
