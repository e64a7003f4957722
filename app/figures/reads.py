"""What the dashboard asks of the stored figures: few questions, each answered by the database in a few rows.

Every function raises StoreUnavailable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Literal

from sqlalchemy import func, select

from app.db import Database
from app.db.schema_figures import active_viewers, beats, figures
from app.figures.sketch import Sketch
from app.figures.stored import GRAINS, KEPT, Point

MINUTES = 1_440  # of a day


def split(
    database: Database,
    by: Literal["connection", "component"],
    names: Collection[str],
    since: float,
    *,
    grain: str = "1d",
    within: str = "",
) -> dict[str, dict[str, Point]]:
    """Sums since then, of each connection, or of each component; `within` a component, or a connection."""
    c = figures.c
    key, other = (c.connection, c.component) if by == "connection" else (c.component, c.connection)
    mine = (c.grain == grain, other == within, key != "", c.name.in_(list(names)), c.at >= since)
    counted = select(key, c.name, func.sum(c.count)).where(*mine).group_by(key, c.name)
    sketched = select(key, c.name, c.sketch).where(*mine, c.sketch.is_not(None))
    found: dict[str, dict[str, Point]] = defaultdict(dict)
    sketches: dict[tuple[str, str], Sketch] = defaultdict(Sketch)
    with database.read() as conn:
        for of, name, text in conn.execute(sketched):
            sketches[of, name].merge(Sketch.read(text))
        for of, name, count in conn.execute(counted):
            found[of][name] = Point(since, int(count), sketches.get((of, name)))
    return found


def busiest(database: Database, names: Collection[str], since: float) -> dict[tuple[str, str], int]:
    """The most that there were in an hour since then, by connection and name."""
    c = figures.c
    mine = (c.grain == "1h", c.component == "", c.name.in_(list(names)), c.at >= since)
    query = select(c.connection, c.name, func.max(c.count)).where(*mine).group_by(c.connection, c.name)
    with database.read() as conn:
        return {(connection, name): int(most) for connection, name, most in conn.execute(query)}


def first_after(database: Database, name: str, connection: str, at: float, now: float) -> tuple[float, float] | None:
    """The span of time in which the first came after `at`, as narrow as it is kept; None where none came."""
    grain = next((each for each in GRAINS if now - KEPT[each] < at), "1d")
    c, span = figures.c, GRAINS[grain]
    mine = (c.grain == grain, c.connection == connection, c.component == "", c.name == name, c.count > 0)
    with database.read() as conn:
        begin = conn.execute(select(func.min(c.at)).where(*mine, c.at > at - span)).scalar()
    return None if begin is None else (float(begin), float(begin) + span)


def active_each(database: Database, connection: str, first_day: int, days: int, span: int) -> list[int]:
    """How many viewers there were in each of the spans of so many days; connections are counted apart."""
    c = active_viewers.c
    number = ((c.day - first_day) // span).label("number")
    asked = select(number, c.connection, c.viewer).where(c.day >= first_day, c.day < first_day + days)
    if connection:
        asked = asked.where(c.connection == connection)
    inner = (asked.distinct() if span > 1 else asked).subquery()  # of one day each viewer has one row
    counted = select(inner.c.number, func.count()).group_by(inner.c.number)
    with database.read() as conn:
        found = {int(at): int(n) for at, n in conn.execute(counted)}
    return [found.get(each, 0) for each in range(-(-days // span))]


def active_of_each(database: Database, first_day: int, days: int) -> dict[str, int]:
    """How many viewers each connection had in these days."""
    c = active_viewers.c
    mine = select(c.connection, c.viewer).where(c.day >= first_day, c.day < first_day + days).distinct().subquery()
    with database.read() as conn:
        counted = select(mine.c.connection, func.count()).group_by(mine.c.connection)
        return {name: int(n) for name, n in conn.execute(counted)}


def up_each(database: Database, first_day: int, days: int, now: float) -> list[float | None]:
    """The share of each day's minutes in which anybody was ready; None for days before the first that is known."""
    c = beats.c
    day = (c.minute // MINUTES).label("day")
    first, last = first_day * MINUTES, int(now // 60)
    query = select(day, func.count()).where(c.minute >= first, c.minute < last).group_by(day)
    with database.read() as conn:
        earliest = conn.execute(select(func.min(c.minute))).scalar()
        found = {int(at): int(n) for at, n in conn.execute(query)}
    if earliest is None:
        return [None] * days
    shares: list[float | None] = []
    for each in range(first_day, first_day + days):
        of = min((each + 1) * MINUTES, last) - max(each * MINUTES, int(earliest))
        shares.append(found.get(each, 0) / of if of > 0 else None)
    return shares
