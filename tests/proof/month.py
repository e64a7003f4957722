"""A month as four nodes would have written it: ten connections, two million views, two components, one bad day."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from limits import parse
from sqlalchemy import insert, text

from app.config import ConnectionSettings, Settings
from app.db import Database
from app.db.schema import audit
from app.db.schema_figures import beats
from app.figures.names import (
    AGE,
    CONVERTED,
    HOST_CALLS,
    HOST_FAILED,
    JOBS_DEAD,
    LAUNCHES,
    LOOKS,
    NOT_CONVERTED,
    REFUSED,
    REMEMBERED,
    ROAD,
    VIEWS_SHOWN,
    answered,
    became,
    core_calls,
    core_failed,
    core_records,
    feature,
    reviewed,
)
from app.figures.sketch import Sketch
from app.figures.stored import DAY_S, Figure, StoredFigures

NODES, CONNECTIONS, DAYS, VIEWS = 4, 10, 30, 2_000_000
COMPONENTS = ("score-badge", "score-card")
BAD_DAY = 19  # of the month: the core was away for an hour, and the server for a quarter of one
SAMPLES = 200_000  # answers whose lengths are known, so that percentiles can be counted
FEATURES = {"activity": 0.02, "company_size": 0.11, "revenue": 0.37}  # how often each is missing


@dataclass
class Month:
    """What was written, as one who counts by hand would know it."""

    lengths: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # by connection
    views: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    failed: int = 0
    answers: int = 0
    viewers_week: set[tuple[str, str]] = field(default_factory=set)


def names() -> list[str]:
    return [f"customer-{n}" for n in range(CONNECTIONS)]


def settings_of(base: Settings, pattern: ConnectionSettings) -> Settings:
    """The same deployment with ten customers."""
    mine = {
        name: replace(
            pattern,
            name=name,
            entitled=900 - 60 * n,
            view_saves=90.0,
            limit_calls=parse("600/minute") if n < 3 else None,
        )
        for n, name in enumerate(names())
    }
    cores = {name: replace(core, limit_records=parse("3000/minute")) for name, core in base.cores.items()}
    return replace(base, connections={**base.connections, **mine}, cores=cores)


def write(stored: StoredFigures, now: float, views: int = VIEWS, samples: int = SAMPLES) -> Month:
    """Write it, by the very way that processes do: each node adds its own."""
    chance, month = random.Random(8), Month()
    today = int(now // DAY_S)
    weights = _weights()
    whole = sum(weights.values())
    for ago in reversed(range(DAYS)):
        at = min((today - ago) * DAY_S + 14 * 3600, now - 60)
        for _ in range(NODES):
            rows: list[Figure] = []
            viewers: set[tuple[str, str]] = set()
            for (day, name), weight in weights.items():
                if day == DAYS - 1 - ago:
                    part = weight / whole / NODES
                    rows += _rows(chance, month, name, round(views * part), round(samples * part), day)
                    viewers |= _viewers(chance, name, weight)
            if ago < 7:
                month.viewers_week |= viewers
            stored.add(rows, viewers, at)
    _copies(stored.database, now)
    _beats(stored.database, today, now)
    return month


def _weights() -> dict[tuple[int, str], float]:
    """Customers differ in size, weekends are quiet, and each month there are more."""
    return {
        (day, name): (CONNECTIONS - n) * (0.15 if (day + 1) % 7 in (5, 6) else 1.0) * (1 + day / DAYS)
        for day in range(DAYS)
        for n, name in enumerate(names())
    }


def _viewers(chance: random.Random, name: str, weight: float) -> set[tuple[str, str]]:
    """Of those who may, most come now and then, and through whichever node."""
    of = 60 * (CONNECTIONS - int(name[-1]))
    return {(name, f"viewer-{chance.randrange(of)}") for _ in range(int(weight * 3))}


def _rows(chance: random.Random, month: Month, name: str, views: int, samples: int, day: int) -> Iterator[Figure]:
    month.views[name] += views
    for n, component in enumerate(COMPONENTS):
        mine = views * 4 // 5 if n == 0 else views - views * 4 // 5
        road, ages = Sketch(), Sketch()
        for _ in range(samples * 4 // 5 if n == 0 else samples - samples * 4 // 5):
            length = chance.lognormvariate(-4.1 + 0.3 * n, 0.9) * (6 if day == BAD_DAY and chance.random() < 0.1 else 1)
            month.lengths[name].append(length)
            road.add(length)
        ages.add(240, mine // 2)
        ages.add(1_500, mine // 2)
        failed = mine // 15 if day == BAD_DAY else mine // 4_000
        stale = mine // 40
        month.failed, month.answers = month.failed + failed, month.answers + mine
        for figure, count in (
            (VIEWS_SHOWN, mine),
            (LAUNCHES, mine // 3),
            (REFUSED, mine // 2_000),
            (REMEMBERED, mine * 6),
            (answered("ready"), mine - failed - stale),
            (answered("stale"), stale),
            (answered("unavailable"), failed),
            (reviewed("accepted"), mine // 300),
            (reviewed("overridden"), mine // 1_500),
            (reviewed("dismissed"), mine // 2_000),
        ):
            yield Figure(name, component, figure, count)
        yield Figure(name, component, ROAD, road.count, road)
        yield Figure(name, component, AGE, ages.count, ages)
    yield from _others(name, views, day)


def _others(name: str, views: int, day: int) -> Iterator[Figure]:
    """What is counted of a connection, and what of the whole deployment."""
    yield Figure(name, "", HOST_CALLS, views // 10)
    yield Figure(name, "", HOST_FAILED, views // 9_000)
    for missing, often in FEATURES.items():
        yield Figure(name, "", feature(missing, "missing"), round(views / 8 * often))
        yield Figure(name, "", feature(missing, "filled"), round(views / 8 * (1 - often)))
    for band, rate in (("high", 0.31), ("medium", 0.12), ("low", 0.03)):
        yield Figure(name, "", became(band, CONVERTED), round(views / 90 * rate))
        yield Figure(name, "", became(band, NOT_CONVERTED), round(views / 90 * (1 - rate)))
    for level, share in zip(LOOKS, (0.8, 0.2, 0.0, 0.0, 0.6, 0.4), strict=True):
        yield Figure("", "", level, round(views * share))
    for figure, share in ((core_calls, 0.02), (core_failed, 0.002 if day == BAD_DAY else 0.0), (core_records, 0.12)):
        yield Figure("", "", figure("main"), round(views * share))
    yield Figure("", "", JOBS_DEAD, 1 if day == BAD_DAY and name == "customer-0" else 0)


def _copies(database: Database, now: float) -> None:
    """As many rows as two days of five minutes and two weeks of hours really hold, so that the tables are as large."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) "
    for grain, span, most in (("5m", 300, 575), ("1h", 3_600, 335)):
        copy = text(
            f"{numbers} INSERT INTO figures SELECT '{grain}', connection, component, name, "
            f":newest - i * {span}, count / 30, sketch FROM figures, n WHERE grain = '1d' AND at = :day "
            f"ON CONFLICT DO NOTHING"
        )
        day = now // DAY_S * DAY_S
        with database.begin() as conn:
            conn.execute(copy, {"most": most, "newest": now // span * span, "day": day})


def _beats(database: Database, today: int, now: float) -> None:
    first, last = (today - DAYS + 1) * 1_440, int(now // 60)
    bad = (today - DAYS + 1 + BAD_DAY) * 1_440
    minutes = [each for each in range(first, last) if not bad + 600 <= each < bad + 615]
    with database.begin() as conn:
        conn.execute(text("DELETE FROM beats"))
        conn.execute(insert(beats), [{"minute": each} for each in minutes])


def audited(database: Database, now: float, views: int = VIEWS) -> None:
    """The audit's rows of two million views, and of what failed on the bad day and since."""
    begin = now - DAYS * DAY_S
    series = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :most - 1) "
    moment = "CAST(:begin AS DOUBLE PRECISION) + i * (CAST(:span AS DOUBLE PRECISION) / :most)"
    shown = (
        f"{series} INSERT INTO audit (at, event, family, connection, viewer, session, record, component, decision) "
        f"SELECT {moment}, 'view.shown', 'decision', 'customer-' || (i % 10), 'viewer-' || (i % 5000), "
        "'session-' || i, 'Lead/' || (i % 90000), 'score-badge', 'decision-' || i FROM n"
    )
    failed = (
        f"{series} INSERT INTO audit (at, event, family, connection, reason, reference) "
        f"SELECT {moment}, CASE i % 3 WHEN 0 THEN 'core.failed' WHEN 1 THEN 'host.failed' "
        "ELSE 'launch.refused' END, 'failure', 'customer-' || (i % 10), CASE i % 3 WHEN 0 THEN 'timed-out' "
        "WHEN 1 THEN 'host-status-503' ELSE 'token-expired' END, 'r' || i FROM n"
    )
    with database.begin() as conn:
        if not database.is_sqlite:
            conn.execute(text("SET LOCAL statement_timeout = 0"))
        for index in audit.indexes:  # made in the end, in order, which is many times faster
            index.drop(conn)
        conn.execute(text(shown), {"most": views, "begin": begin, "span": DAYS * DAY_S})
        conn.execute(text(failed), {"most": 12_000, "begin": begin, "span": DAYS * DAY_S})
        for index in audit.indexes:
            index.create(conn)
